#include "atonce/protocols/http/chunk_reader.h"

#include <algorithm>
#include <limits>

namespace atonce {
namespace {

constexpr int no_digit = -1;

constexpr int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lower = static_cast<char>(byte | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : no_digit;
}

constexpr bool may_be_in_extension(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value >= 0x20 && value != 0x7f) || value == '\t';
}

}  // namespace

void ChunkReader::begin() {
  place_ = Place::first_digit;
  size_ = 0;
  line_bytes_ = 0;
  fault_ = HttpFault::none;
}

bool ChunkReader::fail(HttpFault fault) {
  fault_ = fault;
  return false;
}

HttpEvent ChunkReader::next(std::string_view& input, std::string_view& data) {
  data = {};
  while (!input.empty()) {
    if (place_ == Place::data) {
      data = input.substr(0, std::min<std::uint64_t>(size_, input.size()));
      input.remove_prefix(data.size());
      size_ -= data.size();
      if (size_ == 0) place_ = Place::data_return;
      return HttpEvent::body;
    }
    const bool in_line = place_ == Place::line_feed;
    const bool taken = take(input.front());
    input.remove_prefix(1);
    if (!taken) return HttpEvent::fault;
    if (in_line && size_ == 0) return HttpEvent::end;
  }
  return HttpEvent::more;
}

bool ChunkReader::take(char byte) {
  switch (place_) {
    case Place::data_return: return take_line_end(byte == '\r', Place::data_feed, HttpFault::bad_chunk_end);
    case Place::data_feed:
      line_bytes_ = 0;
      return take_line_end(byte == '\n', Place::first_digit, HttpFault::bad_chunk_end);
    default: return take_of_line(byte);
  }
}

bool ChunkReader::take_line_end(bool as_it_should, Place then, HttpFault otherwise) {
  place_ = then;
  return as_it_should || fail(otherwise);
}

bool ChunkReader::take_of_line(char byte) {
  if (++line_bytes_ > line_bytes_max_) return fail(HttpFault::chunk_line_too_long);
  if (place_ == Place::line_feed) return take_line_end(byte == '\n', Place::data, HttpFault::bad_chunk_size);
  const int digit = hex_digit(byte);
  if (place_ == Place::first_digit || (place_ == Place::size && digit != no_digit)) return take_of_size(byte);
  if (byte == '\r') {
    place_ = Place::line_feed;
    return true;
  }
  if (place_ == Place::extension) return may_be_in_extension(byte) || fail(HttpFault::bad_chunk_size);
  place_ = byte == ';' ? Place::extension : Place::padding;
  return byte == ';' || byte == ' ' || byte == '\t' || fail(HttpFault::bad_chunk_size);
}

bool ChunkReader::take_of_size(char byte) {
  const int digit = hex_digit(byte);
  if (digit == no_digit) return fail(HttpFault::bad_chunk_size);
  if (place_ == Place::first_digit) size_ = 0;
  place_ = Place::size;
  if (size_ > std::numeric_limits<std::uint64_t>::max() / 16) return fail(HttpFault::chunk_too_large);
  size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
  return true;
}

}  // namespace atonce
