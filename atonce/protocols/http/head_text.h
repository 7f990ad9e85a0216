#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "atonce/protocols/http/fault.h"
#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/http/limits.h"

namespace atonce {

/// Gathers the lines of a head, or of trailers, in the text of a Fields, and checks each as soon as it is complete:
/// what it makes of them does not depend on how they were cut into pieces. Source: RFC 9112 2.2, 5.
class HeadText {
 public:
  enum class Kind : std::uint8_t { response, request, trailers };
  enum class Step : std::uint8_t { more, start_line, complete, fault };

  explicit HeadText(const HttpLimits& limits) : limits_(limits) {}

  /// Starts with `fields`, which it clears and fills. The bytes count on: interim heads and trailers share the cap.
  void begin(Kind kind, Fields& fields);
  void reset_bytes() { bytes_ = 0; }

  Step take(std::string_view& input);

  /// After Step::start_line, without its line end; and after Step::complete.
  std::string_view start_line() const;
  /// After Step::complete: every line with its end, the empty one too; folded fields are in one line.
  std::string_view text() const;
  HttpFault fault() const { return fault_; }
  std::size_t bytes() const { return bytes_; }
  bool touched() const { return touched_; }  ///< a byte came since `begin`

 private:
  Step take_line(std::string_view& input, bool& whole);
  Step judge_line();
  Step judge_start(std::string_view line);
  HttpFault judge_field(std::string_view line);
  HttpFault judge_fold(std::string_view line);
  bool begins_well() const;
  std::string_view line() const;
  Step fail(HttpFault fault);

  HttpLimits limits_;
  Fields* fields_ = nullptr;
  Kind kind_ = Kind::response;
  HttpFault fault_ = HttpFault::none;
  bool touched_ = false;
  bool in_start_ = true;
  bool empty_line_passed_ = false;
  std::size_t line_at_ = 0;     ///< where the line that is being gathered begins
  std::size_t start_size_ = 0;  ///< of the start line, with its end
  std::size_t bytes_ = 0;
};

/// Reads three digits: "204" is 204; nothing below 100.
HttpFault parse_status_line(std::string_view line, struct ResponseHead& head);
HttpFault parse_request_line(std::string_view line, struct RequestHead& head);

}  // namespace atonce
