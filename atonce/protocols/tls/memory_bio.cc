#include "atonce/protocols/tls/memory_bio.h"

#include <algorithm>
#include <new>

namespace atonce {
namespace {

struct Buffers {
  ByteBuffer& input;
  ByteBuffer& output;
};

Buffers& buffers_of(BIO* bio) { return *static_cast<Buffers*>(BIO_get_data(bio)); }

int read_input(BIO* bio, char* into, std::size_t size, std::size_t* read) {
  ByteBuffer& input = buffers_of(bio).input;
  BIO_clear_retry_flags(bio);
  *read = std::min(size, input.size());
  if (*read == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(into, input.bytes().data(), *read);
  input.remove(*read);
  return 1;
}

int append_output(BIO* bio, const char* from, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  *written = 0;
  try {  // Nothing may be thrown through OpenSSL's frames.
    buffers_of(bio).output.append(from, size);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  *written = size;
  return 1;
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int destroy(BIO* bio) {
  delete static_cast<Buffers*>(BIO_get_data(bio));
  BIO_set_data(bio, nullptr);
  return 1;
}

using MethodPtr = std::unique_ptr<BIO_METHOD, ReleasedBy<&BIO_meth_free>>;

MethodPtr make_method() {
  MethodPtr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "atonce memory"));
  BIO_meth_set_read_ex(method.get(), read_input);
  BIO_meth_set_write_ex(method.get(), append_output);
  BIO_meth_set_ctrl(method.get(), control);
  BIO_meth_set_destroy(method.get(), destroy);
  return method;
}

}  // namespace

BioPtr make_memory_bio(ByteBuffer& input, ByteBuffer& output) {
  static const MethodPtr method = make_method();
  BioPtr bio(BIO_new(method.get()));
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio.get(), new Buffers{input, output});
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace atonce
