#include "atonce/strategies/control.h"

#include <sys/mman.h>

namespace atonce {

SharedControl::SharedControl() {
  void* memory = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  control_ = new (memory) Control;
}

SharedControl::~SharedControl() { munmap(control_, sizeof(Control)); }

}  // namespace atonce
