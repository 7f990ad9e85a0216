#include "atonce/protocols/http/deliveries.h"

namespace atonce {
namespace {

void write_fields(std::string& log, const Fields& fields) {
  for (const Field field : fields) log += fmt::format("  {}: {}\n", field.name, field.value);
}

void write_body(Told& told) { told.log += fmt::format("body {}\n", told.body); }

bool tell_response(Told& told, ResponseReader& reader, HttpEvent event) {
  switch (event) {
    case HttpEvent::more: return false;
    case HttpEvent::interim: ++told.interims; [[fallthrough]];
    case HttpEvent::head:
      told.head = reader.head();
      told.body.clear();
      told.log += fmt::format("head {} {} {} {}\n", told.head.status, told.head.reason, name_of(told.head.version),
                              reader.head_bytes());
      write_fields(told.log, told.head.fields);
      return true;
    case HttpEvent::body: told.body += reader.body(); return true;
    case HttpEvent::end:
      ++told.messages;
      write_body(told);
      told.trailers = reader.trailers();
      told.keep_alive = reader.keep_alive();
      told.switched = reader.switched();
      told.body_bytes = reader.body_bytes();
      told.log +=
          fmt::format("end {} {} {} {}\n", told.keep_alive, told.switched, reader.body_bytes(), reader.wire_bytes());
      write_fields(told.log, told.trailers);
      return true;
    case HttpEvent::fault:
      write_body(told);
      told.fault = reader.fault();
      told.log += fmt::format("fault {} {}\n", name_of(told.fault), reader.answered());
      return false;
  }
  return false;
}

bool tell_request(Told& told, RequestReader& reader, HttpEvent event) {
  switch (event) {
    case HttpEvent::more: return false;
    case HttpEvent::interim: ADD_FAILURE() << "a request is never interim"; return false;
    case HttpEvent::head:
      told.request = reader.head();
      told.body.clear();
      told.log +=
          fmt::format("head {} {} {} {} {} {}\n", told.request.method, told.request.target, told.request.authority,
                      name_of(told.request.version), reader.keep_alive(), reader.expects_continue());
      write_fields(told.log, told.request.fields);
      return true;
    case HttpEvent::body: told.body += reader.body(); return true;
    case HttpEvent::end:
      ++told.messages;
      write_body(told);
      told.trailers = reader.trailers();
      told.keep_alive = reader.keep_alive();
      told.log += fmt::format("end {}\n", reader.body_bytes());
      write_fields(told.log, told.trailers);
      reader.begin();
      return true;
    case HttpEvent::fault:
      write_body(told);
      told.fault = reader.fault();
      told.log += fmt::format("fault {}\n", name_of(told.fault));
      return false;
  }
  return false;
}

}  // namespace

Told read_responses(const std::vector<std::string_view>& pieces, const std::vector<std::string>& methods,
                    const HttpLimits& limits, bool may_switch, bool closes) {
  Told told;
  ResponseReader reader(limits);
  std::size_t begun = 0;
  const auto begin = [&] {
    if (begun < methods.size()) reader.begin(methods[begun++], may_switch);
  };
  const auto tell = [&](HttpEvent event) {
    const bool go_on = tell_response(told, reader, event);
    if (event == HttpEvent::end && reader.keep_alive()) begin();
    return go_on;
  };
  begin();
  for (const std::string_view piece : pieces) {
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view input(own.data(), own.size());
    while (tell(reader.next(input))) continue;
    told.left += input;
    if (told.fault != HttpFault::none) {
      told.left.clear();  // What comes behind a fault is nobody's.
      return told;
    }
  }
  if (closes) tell(reader.finish());
  return told;
}

Told read_requests(const std::vector<std::string_view>& pieces, const HttpLimits& limits, bool closes) {
  Told told;
  RequestReader reader(limits);
  for (const std::string_view piece : pieces) {
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view input(own.data(), own.size());
    while (tell_request(told, reader, reader.next(input))) continue;
    EXPECT_TRUE(told.fault != HttpFault::none || input.empty());
    if (told.fault != HttpFault::none) return told;
  }
  if (closes) tell_request(told, reader, reader.finish());
  return told;
}

}  // namespace atonce
