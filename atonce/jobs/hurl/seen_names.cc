#include "atonce/jobs/hurl/seen_names.h"

#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "atonce/protocols/tls/message_digest.h"

namespace atonce::hurl {
namespace {

constexpr std::array<std::uint64_t, 2> free_place{0, 0};

}  // namespace

bool SeenNames::add(std::string_view name) {
  MessageDigest hash(DigestKind::sha256);
  hash.add(std::as_bytes(std::span(name)));
  Digest digest;
  std::memcpy(digest.data(), hash.raw().data(), sizeof digest);
  if (digest == free_place) digest[0] = 1;
  if (count_ * 4 >= places_.size() * 3) grow();
  const std::size_t place = place_of(digest);
  if (places_[place] == digest) return false;
  places_[place] = digest;
  ++count_;
  return true;
}

std::size_t SeenNames::place_of(const Digest& digest) const {
  std::size_t place = digest[0] & (places_.size() - 1);
  while (places_[place] != free_place && places_[place] != digest) place = (place + 1) & (places_.size() - 1);
  return place;
}

void SeenNames::grow() {
  constexpr std::size_t smallest = 64;
  const std::vector<Digest> before = std::exchange(places_, {});
  places_.resize(before.empty() ? smallest : before.size() * 2, free_place);
  for (const Digest& digest : before)
    if (digest != free_place) places_[place_of(digest)] = digest;
}

}  // namespace atonce::hurl
