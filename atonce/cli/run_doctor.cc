#include <unistd.h>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/doctor.h"
#include "atonce/reports/terminal.h"
#include "atonce/runtime/machine.h"

namespace atonce {

int run_doctor(const Invocation& invocation) {
  MachineFacts facts = read_machine_facts();
  read_world_facts(facts);
  const std::vector<DoctorRow> rows = examine(facts);
  return print(invocation.json ? write_doctor_json(rows) : write_doctor(rows, wants_colour(STDOUT_FILENO)));
}

}  // namespace atonce
