#include "atonce/compute/ziggurat.h"

#include <numbers>

namespace atonce {
namespace {

// Where the tail begins, for 256 layers; the area of each follows from it. Source: Marsaglia and Tsang, as above.
constexpr double tail_begins = 3.654152885361008796;

double curve(double x) { return std::exp(-0.5 * x * x); }

/// Above 0, at most 1.
double fraction(Xoshiro256& generator) { return static_cast<double>((generator.next() >> 11) + 1) * 0x1p-53; }

}  // namespace

Ziggurat::Ziggurat() {
  const double tail_area = std::sqrt(std::numbers::pi / 2) * std::erfc(tail_begins / std::numbers::sqrt2);
  const double area = tail_begins * curve(tail_begins) + tail_area;
  std::array<double, layers + 1> edge;
  edge[0] = area / curve(tail_begins);  // As wide as if it were a rectangle: what is beyond 3.65 stands for the tail.
  edge[1] = tail_begins;
  for (std::size_t i = 2; i < layers; ++i) edge[i] = std::sqrt(-2 * std::log(area / edge[i - 1] + curve(edge[i - 1])));
  edge[layers] = 0;
  for (std::size_t i = 0; i < layers; ++i) {
    width[i] = 2 * edge[i];
    inner[i] = 0.5 * (edge[i + 1] / edge[i]);
  }
  for (std::size_t i = 0; i <= layers; ++i) height_[i] = curve(edge[i]);
}

const Ziggurat& Ziggurat::instance() {
  static const Ziggurat only;
  return only;
}

double Ziggurat::tail(bool negative, Xoshiro256& generator) const {
  for (;;) {
    const double x = std::log(fraction(generator)) / tail_begins;
    const double y = std::log(fraction(generator));
    if (-2 * y >= x * x) return negative ? x - tail_begins : tail_begins - x;
  }
}

double Ziggurat::settle(std::uint64_t number, Xoshiro256& generator) const {
  for (;; number = generator.next()) {
    const std::size_t layer = layer_of(number);
    const double place = place_of(number);
    const double x = place * width[layer];
    if (std::fabs(place) < inner[layer]) return x;
    if (layer == 0) return tail(place < 0, generator);
    const double below = height_[layer], above = height_[layer + 1];
    if (below + fraction(generator) * (above - below) < curve(x)) return x;
  }
}

}  // namespace atonce
