#pragma once

#include "atonce/protocols/tls/byte_buffer.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

/// A BIO that reads from `input` and appends to `output`, both of which outlive it; where there is no input it says
/// "try again". Source: BIO_meth_new(3).
BioPtr make_memory_bio(ByteBuffer& input, ByteBuffer& output);

}  // namespace atonce
