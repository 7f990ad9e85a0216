#include "atonce/protocols/http/message_syntax.h"

#include <llhttp/llhttp.h>

#include <string_view>

namespace atonce {

struct MessageSyntax::Parser {
  llhttp_t llhttp;
};

namespace {

llhttp_settings_t make_settings() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_headers_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
  return settings;
}

/// What our own reader let pass and llhttp did not.
HttpFault fault_of_head(llhttp_errno_t error) {
  switch (error) {
    case HPE_INVALID_METHOD: return HttpFault::unknown_method;
    case HPE_INVALID_VERSION: return HttpFault::bad_version;
    case HPE_INVALID_STATUS: return HttpFault::bad_status_line;
    case HPE_INVALID_URL:
    case HPE_INVALID_CONSTANT: return HttpFault::bad_request_line;
    case HPE_INVALID_CONTENT_LENGTH: return HttpFault::bad_length;
    case HPE_UNEXPECTED_CONTENT_LENGTH: return HttpFault::two_lengths;
    case HPE_INVALID_TRANSFER_ENCODING: return HttpFault::unknown_transfer_coding;
    default: return HttpFault::bad_field_name;
  }
}

}  // namespace

MessageSyntax::MessageSyntax(Side side) : parser_(std::make_unique<Parser>()), side_(side) {}
MessageSyntax::~MessageSyntax() = default;

HttpFault MessageSyntax::read_head(std::string_view text, bool chunked, bool has_length, std::uint64_t length) {
  static const llhttp_settings_t settings = make_settings();
  llhttp_t& llhttp = parser_->llhttp;
  llhttp_init(&llhttp, side_ == Side::response ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
  const llhttp_errno_t error = llhttp_execute(&llhttp, text.data(), text.size());
  if (error != HPE_PAUSED) return fault_of_head(error);
  if (llhttp_get_error_pos(&llhttp) != text.data() + text.size()) return HttpFault::bad_field_name;
  const bool agreed = ((llhttp.flags & F_CHUNKED) != 0) == chunked &&
                      ((llhttp.flags & F_CONTENT_LENGTH) != 0) == has_length &&
                      (!has_length || llhttp.content_length == length);
  return agreed ? HttpFault::none : HttpFault::bad_length;
}

}  // namespace atonce
