#include "atonce/results/manifest.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"
#include "atonce/results/formats.h"
#include "atonce/results/journal.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = first_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// A JSON string; bytes that are not UTF-8, which JSON cannot carry, in hexadecimal as {"bytes": "c3"}.
Json text_to_json(const std::string& text) {
  if (is_utf8(text)) return text;
  std::string digits;
  for (const char c : text) fmt::format_to(std::back_inserter(digits), "{:02x}", static_cast<unsigned char>(c));
  return Json{{"bytes", digits}};
}

std::string text_from_json(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  const auto digits = value.at("bytes").get<std::string>();
  std::string text;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    text += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return text;
}

Json texts_to_json(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text_to_json(text));
  return list;
}

std::vector<std::string> texts_from_json(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& item : list) texts.push_back(text_from_json(item));
  return texts;
}

Json input_to_json(const InputMark& input) {
  if (input.path.empty() && input.digest.empty()) return Json{{"targets", texts_to_json(input.targets)}};
  if (input.path.empty())
    return Json{{"targets", texts_to_json(input.targets)}, {"bytes", input.bytes}, {"xxh3_128", input.digest}};
  return Json{{"path", text_to_json(input.path)}, {"bytes", input.bytes}, {"xxh3_128", input.digest}};
}

InputMark input_from_json(const Json& value) {
  if (value.contains("targets"))
    return {.targets = texts_from_json(value.at("targets")),
            .bytes = value.value("bytes", std::uint64_t{0}),
            .digest = value.value("xxh3_128", std::string())};
  return {.path = text_from_json(value.at("path")),
          .bytes = value.at("bytes").get<std::uint64_t>(),
          .digest = value.at("xxh3_128").get<std::string>()};
}

OutputPlace place_from_json(const Json& value) {
  const auto name = value.at("format").get<std::string>();
  const auto row = std::ranges::find(all_result_formats, name, &ResultFormatRow::name);
  if (row == all_result_formats.end()) throw std::out_of_range("unknown result format \"" + name + "\"");
  return {row->format, text_from_json(value.at("path"))};
}

Manifest from_json(const Json& json) {
  Manifest manifest{.format = json.at("format").get<unsigned>(),
                    .version = json.at("atonce").get<std::string>(),
                    .run_id = json.at("run").get<std::string>(),
                    .created = json.at("created").get<std::string>(),
                    .arguments = texts_from_json(json.at("arguments")),
                    .working_directory = text_from_json(json.at("working_directory")),
                    .seed = json.at("seed").get<std::uint64_t>(),
                    .input = input_from_json(json.at("input"))};
  for (const auto& [option, value] : json.at("plan").items()) manifest.plan.push_back({option, text_from_json(value)});
  for (const Json& place : json.at("outputs")) manifest.outputs.push_back(place_from_json(place));
  if (!parse_run_id(manifest.run_id)) throw std::invalid_argument("the run's id is none");
  return manifest;
}

/// 5,000
std::string grouped(std::uint64_t number) {
  std::string text = fmt::format("{}", number);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, 1, ',');
  return text;
}

std::string now_utc() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

Manifest make_manifest(const Plan& plan, InputMark input, std::vector<std::string> arguments) {
  std::error_code ignored;
  return {.version = ATONCE_VERSION,
          .run_id = write_run_id(RunId::random()),
          .created = now_utc(),
          .arguments = std::move(arguments),
          .working_directory = std::filesystem::current_path(ignored).string(),
          .seed = plan.seed,
          .plan = plan_fields(plan),
          .input = std::move(input),
          .outputs = output_places(plan)};
}

std::string write_manifest(const Manifest& manifest) {
  Json plan = Json::object();
  for (const auto& [option, value] : manifest.plan) plan[option] = text_to_json(value);
  Json outputs = Json::array();
  for (const auto& [format, path] : manifest.outputs)
    outputs.push_back(Json{{"format", row_of(format).name}, {"path", text_to_json(path)}});
  const Json json{{"format", manifest.format},
                  {"atonce", manifest.version},
                  {"run", manifest.run_id},
                  {"created", manifest.created},
                  {"arguments", texts_to_json(manifest.arguments)},
                  {"working_directory", text_to_json(manifest.working_directory)},
                  {"seed", manifest.seed},
                  {"input", input_to_json(manifest.input)},
                  {"plan", std::move(plan)},
                  {"outputs", std::move(outputs)}};
  return json.dump(2) + "\n";
}

Parsed<Manifest> parse_manifest(std::string_view text, const std::string& path) {
  const std::string shown = escape_for_terminal(path);
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_unsigned())
    return complain(fmt::format("\"{}\" is no manifest of a run; start the run anew in another folder", shown));
  if (const auto format = json["format"].get<std::uint64_t>(); format > run_folder_format)
    return complain(
        fmt::format("\"{}\" was written by a newer atonce (format {}; this one reads up to {}): use that one", shown,
                    format, run_folder_format));
  try {
    return from_json(json);
  } catch (const std::exception& damage) {
    return complain(fmt::format("\"{}\" is damaged ({}); start the run anew in another folder", shown,
                                escape_for_terminal(damage.what())));
  }
}

Parsed<void> check_same_input(const Manifest& manifest, const InputMark& now) {
  const InputMark& then = manifest.input;
  const std::string what_to_do = "start a new run for it, in another folder";
  if (then.path.empty() != now.path.empty())
    return complain(fmt::format("the run began with {}; {}",
                                then.path.empty() ? "targets on the command line, and is to go on with a list"
                                                  : "a list, and is to go on with targets on the command line",
                                what_to_do));
  if (then.targets != now.targets)
    return complain(
        fmt::format("the targets on the command line are not those that the run began with; {}", what_to_do));
  const std::string name =
      now.path.empty() ? "one of the files" : fmt::format("the list \"{}\"", escape_for_terminal(now.path));
  if (then.bytes != now.bytes)
    return complain(fmt::format("{} has changed since the run began: it had {} bytes and has {}; {}", name,
                                grouped(then.bytes), grouped(now.bytes), what_to_do));
  if (then.digest != now.digest)
    return complain(
        fmt::format("{} has changed since the run began: it has as many bytes, but others; {}", name, what_to_do));
  return {};
}

Parsed<void> check_same_plan(const Manifest& manifest, const Plan& now) {
  const std::vector<PlanField> fields = plan_fields(now);
  for (const PlanField& then : manifest.plan) {
    const auto same = std::ranges::find(fields, then.option, &PlanField::option);
    if (same == fields.end() || same->value == then.value) continue;
    if (then.option == "--seed" && now.seed == 0) continue;
    return complain(fmt::format("{} was {} and is {}; start a new run, or leave it as it was", then.option,
                                escape_for_terminal(then.value), escape_for_terminal(same->value)));
  }
  return {};
}

}  // namespace atonce
