#include "atonce/protocols/cookies/public_suffixes.h"

#include <libpsl.h>

namespace atonce {

PublicSuffixes PublicSuffixes::system() {
  psl_ctx_t* const list = psl_latest(nullptr);
  if (list == nullptr) return PublicSuffixes(nullptr);
  return PublicSuffixes(std::shared_ptr<const void>(
      list, [](const void* owned) { psl_free(const_cast<psl_ctx_t*>(static_cast<const psl_ctx_t*>(owned))); }));
}

bool PublicSuffixes::contains(const std::string& name) const {
  if (!name.contains('.')) return true;
  if (list_ == nullptr) return false;
  return psl_is_public_suffix(static_cast<const psl_ctx_t*>(list_.get()), name.c_str()) != 0;
}

}  // namespace atonce
