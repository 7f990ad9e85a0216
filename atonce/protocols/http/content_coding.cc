#include "atonce/protocols/http/content_coding.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "atonce/protocols/http/coding_stage.h"
#include "atonce/protocols/http/fields.h"

namespace atonce {
namespace {

struct CodingRow {
  ContentCoding coding;
  std::string_view name;
};

/// The first name of a coding is the one it goes by. "none" is no coding of the registry; curl takes it for identity.
constexpr std::array all_codings{
    CodingRow{ContentCoding::identity, "identity"}, CodingRow{ContentCoding::identity, "none"},
    CodingRow{ContentCoding::gzip, "gzip"},         CodingRow{ContentCoding::gzip, "x-gzip"},
    CodingRow{ContentCoding::deflate, "deflate"},   CodingRow{ContentCoding::brotli, "br"},
    CodingRow{ContentCoding::zstd, "zstd"},
};

const CodingRow* find_coding(std::string_view name) {
  const auto row = std::ranges::find_if(
      all_codings, [&](const CodingRow& candidate) { return equal_but_case(candidate.name, name); });
  return row == all_codings.end() ? nullptr : &*row;
}

std::unique_ptr<CodingStage> make_stage(ContentCoding coding, const HttpLimits& limits) {
  switch (coding) {
    case ContentCoding::identity: break;
    case ContentCoding::gzip: return make_gzip_stage();
    case ContentCoding::deflate: return make_deflate_stage();
    case ContentCoding::brotli: return make_brotli_stage();
    case ContentCoding::zstd: return make_zstd_stage(limits.zstd_window_log_max);
  }
  std::unreachable();
}

constexpr std::size_t buffer_bytes = 16 << 10;
/// The ratio is looked at whenever so much more was decoded.
constexpr std::uint64_t ratio_step_bytes = 64 << 10;

}  // namespace

std::string_view name_of(ContentCoding coding) {
  return std::ranges::find(all_codings, coding, &CodingRow::coding)->name;
}

std::expected<std::vector<ContentCoding>, HttpFault> parse_content_encoding(std::string_view field,
                                                                            unsigned codings_max) {
  std::vector<ContentCoding> codings;
  for (bool more = true; more;) {
    const std::size_t comma = field.find(',');
    const std::string_view name = trim(field.substr(0, comma));
    more = comma != field.npos;
    field.remove_prefix(more ? comma + 1 : field.size());
    if (name.empty()) continue;
    const CodingRow* const row = find_coding(name);
    if (row == nullptr) return std::unexpected(HttpFault::unknown_coding);
    if (row->coding == ContentCoding::identity) continue;
    if (codings.size() == codings_max) return std::unexpected(HttpFault::too_many_codings);
    codings.push_back(row->coding);
  }
  return codings;
}

struct ContentDecoder::State {
  /// What one coding takes and gives; the first is the one that was applied last.
  struct Stage {
    std::unique_ptr<CodingStage> coding;
    std::unique_ptr<char[]> output = std::make_unique_for_overwrite<char[]>(buffer_bytes);
    std::string_view input;
    bool full = false;  ///< the output was filled, so that there may be more without input
    std::uint64_t decoded = 0;
    HttpFault fault = HttpFault::none;  ///< told when all that was decoded before it has gone on
  };

  std::string_view next_of(std::size_t index, std::string_view& wire);
  std::string_view decode(Stage& stage, std::string_view& input);
  std::string_view pass(std::string_view& wire);

  HttpLimits limits;
  std::vector<Stage> stages;
  std::uint64_t wire_bytes = 0;
  std::uint64_t passed_bytes = 0;  ///< without codings
  HttpFault fault = HttpFault::none;
};

/// A piece of what the codings up to `index` come to; empty when `wire` is used up or there is a fault.
std::string_view ContentDecoder::State::next_of(std::size_t index, std::string_view& wire) {
  Stage& stage = stages[index];
  std::string_view& input = index == 0 ? wire : stage.input;
  for (;;) {
    if (stage.fault != HttpFault::none) {
      fault = stage.fault;
      return {};
    }
    if (input.empty() && !stage.full && index > 0) input = next_of(index - 1, wire);
    if (fault != HttpFault::none || (input.empty() && !stage.full)) return {};
    if (const std::string_view piece = decode(stage, input); !piece.empty()) return piece;
  }
}

std::string_view ContentDecoder::State::decode(Stage& stage, std::string_view& input) {
  const std::size_t before = input.size();
  const std::size_t size = stage.coding->decode(input, {stage.output.get(), buffer_bytes});
  const std::size_t taken = before - input.size();
  if (&stage == stages.data()) wire_bytes += taken;
  stage.full = size == buffer_bytes;
  stage.fault = stage.coding->fault();
  if (size == 0 && taken == 0 && before > 0 && stage.fault == HttpFault::none) stage.fault = HttpFault::corrupt_coding;

  const std::size_t kept = std::min<std::uint64_t>(size, limits.decoded_bytes_max - stage.decoded);
  const bool step = stage.decoded / ratio_step_bytes != (stage.decoded + kept) / ratio_step_bytes;
  stage.decoded += kept;
  if (kept < size) stage.fault = HttpFault::decoded_too_large;
  if (step && stage.decoded > limits.expansion_free_bytes && stage.decoded / limits.expansion_max > wire_bytes)
    stage.fault = HttpFault::expansion;
  return {stage.output.get(), kept};
}

std::string_view ContentDecoder::State::pass(std::string_view& wire) {
  const std::size_t size = std::min<std::uint64_t>(wire.size(), limits.decoded_bytes_max - passed_bytes);
  if (size == 0 && !wire.empty()) fault = HttpFault::decoded_too_large;
  const std::string_view piece = wire.substr(0, size);
  wire.remove_prefix(size);
  wire_bytes += size;
  passed_bytes += size;
  return piece;
}

ContentDecoder::ContentDecoder() : state_(std::make_unique<State>()) {}
ContentDecoder::~ContentDecoder() = default;
ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;

std::expected<ContentDecoder, HttpFault> ContentDecoder::make(std::string_view field, const HttpLimits& limits) {
  const auto codings = parse_content_encoding(field, limits.codings_max);
  if (!codings) return std::unexpected(codings.error());
  ContentDecoder decoder;
  decoder.state_->limits = limits;
  for (auto coding = codings->rbegin(); coding != codings->rend(); ++coding) {
    decoder.state_->stages.emplace_back();
    decoder.state_->stages.back().coding = make_stage(*coding, limits);
  }
  return decoder;
}

std::string_view ContentDecoder::next(std::string_view& wire) {
  if (state_->fault != HttpFault::none) return {};
  return identity() ? state_->pass(wire) : state_->next_of(state_->stages.size() - 1, wire);
}

bool ContentDecoder::finish() {
  if (state_->fault != HttpFault::none) return false;
  const bool ended = std::ranges::all_of(state_->stages, [](const State::Stage& stage) {
    return stage.coding->ended() && stage.fault == HttpFault::none;
  });
  if (!ended && state_->wire_bytes > 0) state_->fault = HttpFault::truncated_coding;
  return state_->fault == HttpFault::none;
}

HttpFault ContentDecoder::fault() const { return state_->fault; }
bool ContentDecoder::identity() const { return state_->stages.empty(); }
std::uint64_t ContentDecoder::wire_bytes() const { return state_->wire_bytes; }
std::uint64_t ContentDecoder::decoded_bytes() const {
  return identity() ? state_->passed_bytes : state_->stages.back().decoded;
}

std::string encode_content(ContentCoding coding, std::string_view body) {
  switch (coding) {
    case ContentCoding::identity: return std::string(body);
    case ContentCoding::gzip: return encode_gzip(body);
    case ContentCoding::deflate: return encode_deflate(body);
    case ContentCoding::brotli: return encode_brotli(body);
    case ContentCoding::zstd: return encode_zstd(body);
  }
  std::unreachable();
}

}  // namespace atonce
