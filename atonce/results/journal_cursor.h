#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/varint.h"
#include "atonce/model/verdict.h"
#include "atonce/results/journal_records.h"

namespace atonce {

inline constexpr int journal_error_max = 4'095;  ///< MAX_ERRNO of Linux

inline std::size_t bytes_of(Family family) { return family == Family::v4 ? 4 : family == Family::v6 ? 16 : 0; }

/// Takes numbers and texts off the front of a payload; after the first that is not there, all are zero and empty.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  void spoil() { good_ = false, rest_ = {}; }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      spoil();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::uint8_t byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
  }

  std::uint64_t number(std::uint64_t most = ~std::uint64_t{0}) {
    const std::optional<std::uint64_t> value = take_varint(rest_, most);
    if (!value) spoil();
    return value.value_or(0);
  }

  std::int64_t signed_number() { return unzigzag(number()); }

  int error() {
    const std::int64_t value = signed_number();
    if (value < 0 || value > journal_error_max) spoil();
    return good_ ? static_cast<int>(value) : 0;
  }

  std::string_view text() { return take(number(text_bytes_max)); }

  IpAddress address(Family family) {
    IpAddress address{.family = family};
    const std::string_view bytes = take(bytes_of(family));
    if (!bytes.empty()) std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
    return address;
  }

  Verdict verdict(const std::vector<Verdict>& verdicts) {
    const std::uint8_t code = byte();
    if (code >= verdicts.size()) spoil();
    return good_ ? verdicts[code] : Verdict::unfinished;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace atonce
