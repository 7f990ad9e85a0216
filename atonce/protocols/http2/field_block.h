#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/protocols/http/head.h"

namespace atonce {

/// A head as HTTP/2 sends it: pseudo-fields in front, names in lower case, nothing of HTTP/1.1 connections. Filling one
/// again allocates nothing.
class FieldBlock {
 public:
  struct Pair {
    std::string_view name;
    std::string_view value;
    bool secret = false;  ///< must not enter the compression table: RFC 7541 7.1.3
  };

  /// Complaints are sentences without bytes of the head. The head must outlive the use of `pairs`.
  Parsed<void> fill(const RequestHead& head);
  Parsed<void> fill(const ResponseHead& head);

  const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  void begin(const Fields& fields);
  Parsed<void> add_all(const Fields& fields);

  std::vector<Pair> pairs_;
  std::string names_;
  std::string status_;
};

}  // namespace atonce
