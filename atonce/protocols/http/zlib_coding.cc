#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <stdexcept>

#include "atonce/protocols/http/coding_stage.h"

namespace atonce {
namespace {

constexpr int gzip_format = 16 + MAX_WBITS;
constexpr int zlib_format = MAX_WBITS;
constexpr int raw_format = -MAX_WBITS;

uInt narrow(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

/// zlib's pointers are not const; what is to be decoded is not written to.
Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.begin())); }

class InflateStage : public CodingStage {
 public:
  explicit InflateStage(int format) { begin(format); }
  ~InflateStage() override {
    if (begun_) inflateEnd(&stream_);
  }
  InflateStage(InflateStage&&) = delete;

  std::size_t decode(std::string_view& input, std::span<char> output) override {
    if (ended_) return input.empty() ? 0 : fail(HttpFault::coding_leftover);
    const uInt offered = narrow(input.size());
    const uInt room = narrow(output.size());
    stream_.next_in = bytes_of(input);
    stream_.avail_in = offered;
    stream_.next_out = bytes_of({output.data(), output.size()});
    stream_.avail_out = room;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    input.remove_prefix(offered - stream_.avail_in);
    const std::size_t written = room - stream_.avail_out;
    ended_ = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    return ended_ || result == Z_OK || result == Z_BUF_ERROR ? written : fail(HttpFault::corrupt_coding, written);
  }

  bool ended() const override { return ended_; }

 protected:
  InflateStage() = default;
  void begin(int format) {
    if (inflateInit2(&stream_, format) != Z_OK) throw std::bad_alloc();
    begun_ = true;
  }

 private:
  z_stream stream_{};
  bool begun_ = false;
  bool ended_ = false;
};

/// "deflate" should be zlib's format, and some servers send the raw one: RFC 9110 8.4.1.2. Which it is, two bytes tell.
class DeflateStage final : public InflateStage {
 public:
  std::size_t decode(std::string_view& input, std::span<char> output) override {
    while (begin_size_ < begin_.size() && !input.empty()) {
      begin_[begin_size_++] = input.front();
      input.remove_prefix(1);
    }
    if (begin_size_ < begin_.size()) return 0;
    std::size_t written = 0;
    if (begin_used_ == 0 && !chosen_) choose();
    while (begin_used_ < begin_.size()) {
      std::string_view begin(begin_.data() + begin_used_, begin_.size() - begin_used_);
      written += InflateStage::decode(begin, output.subspan(written));
      begin_used_ = begin_.size() - begin.size();
      if (fault() != HttpFault::none || written == output.size()) return written;
    }
    return written + InflateStage::decode(input, output.subspan(written));
  }

 private:
  void choose() {
    const auto first = static_cast<unsigned char>(begin_[0]);
    const auto second = static_cast<unsigned char>(begin_[1]);
    const bool zlib = (first & 0x0f) == Z_DEFLATED && (first >> 4) <= 7 && (first * 256 + second) % 31 == 0;
    begin(zlib ? zlib_format : raw_format);
    chosen_ = true;
  }

  std::array<char, 2> begin_;
  std::size_t begin_size_ = 0;
  std::size_t begin_used_ = 0;
  bool chosen_ = false;
};

std::string deflate_all(std::string_view body, int format) {
  z_stream stream{};
  constexpr int memory_level = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, format, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = bytes_of(body);
  stream.avail_in = narrow(body.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = narrow(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::length_error("a body is too large to be coded in one piece");
  return out;
}

}  // namespace

std::unique_ptr<CodingStage> make_gzip_stage() { return std::make_unique<InflateStage>(gzip_format); }
std::unique_ptr<CodingStage> make_deflate_stage() { return std::make_unique<DeflateStage>(); }
std::string encode_gzip(std::string_view body) { return deflate_all(body, gzip_format); }
std::string encode_deflate(std::string_view body) { return deflate_all(body, zlib_format); }

}  // namespace atonce
