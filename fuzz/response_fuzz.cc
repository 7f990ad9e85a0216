// What a server may send in answer to two requests: read the same in every delivery, within its bounds, and framed as a
// plain reader frames it.
//
// The first byte chooses the method, the bounds and whether the stream ends; the second where it is cut.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http/framing_reference.h"
#include "atonce/protocols/http/response_reader.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

HttpLimits small_limits() {
  return {.head_bytes_max = 200, .fields_max = 4, .interim_max = 2, .chunk_line_bytes_max = 16, .body_bytes_max = 40};
}

struct Told {
  std::string log;
  int messages = 0;
  std::string first_body;
  bool stray = false;
};

class Teller {
 public:
  Teller(std::uint8_t choice)
      : limits_(choice & 8 ? small_limits() : HttpLimits{}), reader_(limits_), method_(choice & 1 ? "HEAD" : "GET") {
    reader_.begin(method_, (choice & 2) != 0);
  }

  void give(std::string_view piece) {
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view input(own.data(), own.size());
    while (tell(reader_.next(input))) continue;
    require(input.empty() || reader_.fault() != HttpFault::none || reader_.switched());
  }
  void close() { tell(reader_.finish()); }
  Told told() {
    told_.log += body_;
    return told_;
  }

 private:
  bool tell(HttpEvent event) {
    require(reader_.head_bytes() <= limits_.head_bytes_max && reader_.body_bytes() <= limits_.body_bytes_max);
    require(reader_.head().fields.size() <= limits_.fields_max);
    switch (event) {
      case HttpEvent::more: return false;
      case HttpEvent::interim:
      case HttpEvent::head:
        told_.log += std::to_string(reader_.head().status) + reader_.head().reason + '\n';
        for (const Field field : reader_.head().fields)
          told_.log.append(field.name).append(":").append(field.value) += '\n';
        return true;
      case HttpEvent::body:
        require(!reader_.body().empty());
        body_ += reader_.body();
        return true;
      case HttpEvent::end:
        if (++told_.messages == 1) told_.first_body = body_;
        told_.log += body_ + (reader_.keep_alive() ? "+" : "-");
        body_.clear();
        if (told_.messages == 1 && reader_.keep_alive()) reader_.begin(method_);
        return true;
      case HttpEvent::fault:
        require(reader_.fault() != HttpFault::none && !reader_.keep_alive());
        if (!failed_) told_.log += body_ + std::string(name_of(reader_.fault()));
        failed_ = true;
        body_.clear();
        return false;
    }
    return false;
  }

  HttpLimits limits_;
  ResponseReader reader_;
  std::string method_;
  Told told_;
  std::string body_;
  bool failed_ = false;
};

Told tell(std::uint8_t choice, const std::vector<std::string_view>& pieces) {
  Teller teller(choice);
  for (const std::string_view piece : pieces) teller.give(piece);
  if (choice & 4) teller.close();
  return teller.told();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = data[1] % (stream.size() + 1);
  const Told whole = tell(data[0], {stream});
  require(whole.log == tell(data[0], {stream.substr(0, cut), stream.substr(cut)}).log);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(stream.substr(i, 1));
  require(whole.log == tell(data[0], bytes).log);

  if (whole.messages > 0 && (data[0] & 2) == 0) {
    const auto reference = read_reference(stream, data[0] & 1 ? "HEAD" : "GET");
    require(reference && reference->body == whole.first_body);
  }
  return 0;
}
