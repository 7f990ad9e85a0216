#include "atonce/protocols/tls/message_digest.h"

#include <gmock/gmock.h>

#include "atonce/protocols/tls/testing.h"

namespace atonce {
namespace {

using testing::bytes_of;

TEST(MessageDigest, KnownTextsHaveKnownHashes) {
  MessageDigest sha256;
  sha256.add(bytes_of("abc"));
  EXPECT_EQ(sha256.hexadecimal(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  MessageDigest sha1(DigestKind::sha1);
  sha1.add(bytes_of("abc"));
  EXPECT_EQ(sha1.hexadecimal(), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(MessageDigest(DigestKind::md5).hexadecimal(), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(MessageDigest, PiecesAreAsGoodAsTheWholeAndMoreMayFollow) {
  MessageDigest pieces;
  pieces.add(bytes_of("a"));
  EXPECT_EQ(pieces.raw().size(), 32U);
  pieces.add(bytes_of("bc"));
  MessageDigest whole;
  whole.add(bytes_of("abc"));
  EXPECT_EQ(pieces.raw(), whole.raw());
}

}  // namespace
}  // namespace atonce
