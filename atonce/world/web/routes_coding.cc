#include "atonce/protocols/http/content_coding.h"
#include "atonce/world/web/echo.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {
namespace {

WebResponse encoded(const WebCall& call, ContentCoding coding, std::string_view mark) {
  WebJson::Object object = echo(call, Echo::origin | Echo::headers | Echo::method);
  object.emplace(mark, true);
  WebResponse response = make_web_response(200, "application/json", encode_content(coding, write_json(object) + "\n"));
  response.fields.add("Content-Encoding", name_of(coding));
  return response;
}

WebResponse answer_gzip(const WebCall& call) { return encoded(call, ContentCoding::gzip, "gzipped"); }
WebResponse answer_deflate(const WebCall& call) { return encoded(call, ContentCoding::deflate, "deflated"); }
WebResponse answer_brotli(const WebCall& call) { return encoded(call, ContentCoding::brotli, "brotli"); }
WebResponse answer_zstd(const WebCall& call) { return encoded(call, ContentCoding::zstd, "zstd"); }

constexpr std::array routes{
    WebRoute{"/gzip", "GET", "the request's fields, compressed with gzip", answer_gzip},
    WebRoute{"/deflate", "GET", "the same with deflate", answer_deflate},
    WebRoute{"/brotli", "GET", "the same with brotli", answer_brotli},
    WebRoute{"/zstd", "GET", "the same with zstd", answer_zstd},
};

}  // namespace

std::span<const WebRoute> coding_routes() { return routes; }

}  // namespace atonce
