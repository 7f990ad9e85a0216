#include "atonce/protocols/http/message_framing.h"

#include <charconv>

namespace atonce {
namespace {

HttpFault read_length(std::string_view value, FramingFields& framing) {
  if (framing.has_length) return HttpFault::two_lengths;
  framing.has_length = true;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), framing.length);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  return whole ? HttpFault::none : HttpFault::bad_length;
}

/// We ask for no transfer coding, so that chunked alone may come.
HttpFault read_coding(std::string_view value, FramingFields& framing) {
  if (framing.chunked) return HttpFault::chunked_not_last;
  framing.chunked = true;
  if (equal_but_case(value, "chunked")) return HttpFault::none;
  const std::size_t comma = value.rfind(',');
  const bool before = comma != value.npos && list_has(value.substr(0, comma), "chunked");
  return before ? HttpFault::chunked_not_last : HttpFault::unknown_transfer_coding;
}

void keep_first(HttpFault& fault, HttpFault found) {
  if (fault == HttpFault::none) fault = found;
}

}  // namespace

FramingFields read_framing(const Fields& fields, HttpVersion version) {
  FramingFields framing;
  bool close = false, keep = false, coded = false;
  for (const Field field : fields) {
    switch (field.name.size()) {
      case 4:
        if (equal_but_case(field.name, "host") && ++framing.hosts == 1) framing.host = field.value;
        break;
      case 6:
        if (equal_but_case(field.name, "expect")) framing.has_expect = true, framing.expect = field.value;
        break;
      case 10:
        if (!equal_but_case(field.name, "connection")) break;
        close |= list_has(field.value, "close");
        keep |= list_has(field.value, "keep-alive");
        break;
      case 14:
        if (equal_but_case(field.name, "content-length")) keep_first(framing.fault, read_length(field.value, framing));
        break;
      case 17:
        if (!equal_but_case(field.name, "transfer-encoding")) break;
        coded = true;
        keep_first(framing.fault, read_coding(field.value, framing));
        break;
      default: break;
    }
  }
  if (coded && version == HttpVersion::http10) framing.fault = HttpFault::chunked_in_http10;
  if (coded && framing.has_length) framing.fault = HttpFault::both_lengths;
  framing.keep_alive = !close && (version == HttpVersion::http11 || keep);
  return framing;
}

}  // namespace atonce
