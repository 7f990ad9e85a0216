// What a client may send to the built-in server: read the same in every delivery, within its bounds; and what is
// written again from what was read is read as the same.
//
// The first byte chooses the bounds and whether the stream ends; the second where it is cut.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http/request_reader.h"
#include "atonce/protocols/http/writer.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

HttpLimits limits_of(std::uint8_t choice) {
  if ((choice & 2) == 0) return {};
  return {
      .head_bytes_max = 200, .fields_max = 4, .target_bytes_max = 60, .chunk_line_bytes_max = 16, .body_bytes_max = 40};
}

/// The head of a request that was taken can be sent on.
void write_again(const RequestReader& reader) {
  const Parsed<std::string> written = write_request(reader.head(), reader.framing());
  require(written.has_value());
  RequestReader again;
  std::string_view input = *written;
  require(again.next(input) == HttpEvent::head && input.empty());
  require(again.head().target == reader.head().target && again.head().method == reader.head().method);
  require(again.framing() == reader.framing() && again.keep_alive() == reader.keep_alive());
}

bool tell(RequestReader& reader, HttpEvent event, std::string& log) {
  switch (event) {
    case HttpEvent::interim: std::abort();
    case HttpEvent::more: return false;
    case HttpEvent::head:
      log += reader.head().method + ' ' + reader.head().target + (reader.expects_continue() ? " waits\n" : "\n");
      for (const Field field : reader.head().fields) log.append(field.name).append(":").append(field.value) += '\n';
      write_again(reader);
      return true;
    case HttpEvent::body: log += reader.body(); return true;
    case HttpEvent::end:
      log += "end\n";
      reader.begin();
      return true;
    case HttpEvent::fault:
      require(reader.fault() != HttpFault::none && !reader.keep_alive());
      log += name_of(reader.fault());
      return false;
  }
  return false;
}

std::string read(std::uint8_t choice, const std::vector<std::string_view>& pieces) {
  RequestReader reader(limits_of(choice));
  std::string log;
  for (const std::string_view piece : pieces) {
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view input(own.data(), own.size());
    while (tell(reader, reader.next(input), log)) continue;
    if (reader.fault() != HttpFault::none) return log;
    require(input.empty());
  }
  if (choice & 1) tell(reader, reader.finish(), log);
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = data[1] % (stream.size() + 1);
  const std::string whole = read(data[0], {stream});
  require(whole == read(data[0], {stream.substr(0, cut), stream.substr(cut)}));
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(stream.substr(i, 1));
  require(whole == read(data[0], bytes));
  return 0;
}
