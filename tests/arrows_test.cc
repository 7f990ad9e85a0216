// The map of the house, held against its #include lines: an arrow that is not on the map fails.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atonce {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

const fs::path house = ATONCE_SOURCE_FOLDER;

struct Room {
  std::string_view name;
  std::vector<std::string_view> may_include;  ///< beside itself
};

const std::array rooms{
    Room{"model", {}},
    Room{"compute", {"model"}},
    Room{"runtime", {"model"}},
    Room{"protocols", {"runtime", "model"}},
    Room{"jobs", {"compute", "protocols", "runtime", "model"}},
    Room{"strategies", {"jobs", "protocols", "runtime", "model"}},
    Room{"results", {"model"}},
    Room{"reports", {"model"}},
    Room{"world", {"compute", "protocols", "runtime", "model"}},
    Room{"cli", {"strategies", "results", "reports", "world", "jobs", "protocols", "runtime", "model"}},
};

/// A library of others shows in these files and nowhere else.
struct Door {
  std::string_view header;  ///< how its #include begins
  std::string_view files;   ///< how the path of a file that may have it begins
};

constexpr std::array doors{
    Door{"<liburing", "runtime/ring"},
    Door{"<ares", "protocols/dns/message"},
    Door{"<idn2", "protocols/domain_name.cc"},
    Door{"<CLI/", "cli/arguments.cc"},
    Door{"<xxhash", "results/digest.cc"},
    Door{"<libpsl", "protocols/cookies/public_suffixes.cc"},
    Door{"<nghttp2", "protocols/http2/core"},
    Door{"<re2", "jobs/regex.cc"},
    Door{"<gumbo", "jobs/page_title.cc"},
    Door{"<llhttp", "protocols/http/message_syntax.cc"},
    Door{"<zlib", "protocols/http/zlib_coding.cc"},
    Door{"<brotli", "protocols/http/brotli_coding.cc"},
    Door{"<zstd", "protocols/http/zstd_coding.cc"},
    Door{"<openssl", "protocols/tls/"},
    Door{"<simdjson", "jobs/hurl/json_request.cc"},
    Door{"<archive", "jobs/files/archive_reader.cc"},
    Door{"<libxml", "jobs/hurl/xpath.cc"},
};

struct Include {
  std::string from;  ///< path inside atonce/
  int line;
  std::string what;  ///< with its quotes or brackets

  std::string shown() const { return fmt::format("atonce/{}:{}: #include {}", from, line, what); }
};

bool is_code(const fs::path& path) { return path.extension() == ".cc" || path.extension() == ".h"; }
bool is_of_tests(std::string_view path) { return path.find("test") != path.npos; }

std::vector<fs::path> code_files() {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(house / "atonce"))
    if (entry.is_regular_file() && is_code(entry.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::vector<Include> all_includes() {
  std::vector<Include> includes;
  for (const fs::path& path : code_files()) {
    std::ifstream file(path);
    std::string text;
    for (int line = 1; std::getline(file, text); ++line)
      if (text.starts_with("#include "))
        includes.push_back({path.lexically_relative(house / "atonce").string(), line, text.substr(9)});
  }
  return includes;
}

std::string_view room_of(std::string_view path) { return path.substr(0, path.find('/')); }

const Room* find_room(std::string_view name) {
  const auto room = std::ranges::find(rooms, name, &Room::name);
  return room == rooms.end() ? nullptr : &*room;
}

bool on_the_map(const Include& include) {
  constexpr std::string_view ours = "\"atonce/";
  if (!include.what.starts_with(ours)) return include.what.starts_with('<');  // Ours are written from the top.
  const std::string_view to = room_of(std::string_view(include.what).substr(ours.size()));
  const Room* const from = find_room(room_of(include.from));
  if (from == nullptr || find_room(to) == nullptr) return false;
  return to == from->name || is_of_tests(include.from) ||
         std::ranges::find(from->may_include, to) != from->may_include.end();
}

TEST(Arrows, EachIncludeIsOneThatTheMapHas) {
  std::vector<std::string> off_the_map;
  for (const Include& include : all_includes())
    if (!on_the_map(include)) off_the_map.push_back(include.shown());
  EXPECT_THAT(off_the_map, IsEmpty());
}

/// "atonce::hurl::Batch" for a type that `line` defines at the top of its namespace; empty for any other line.
std::string type_defined_by(std::string_view line, std::string_view in_namespace) {
  for (const std::string_view keyword : {"struct ", "class ", "enum class "}) {
    if (!line.starts_with(keyword) || line.find('{') == line.npos) continue;
    std::string_view name = line.substr(keyword.size());
    if (name.starts_with("[[nodiscard]] ")) name.remove_prefix(14);
    name = name.substr(0, name.find_first_of(" <{"));
    return name.find(':') == name.npos ? fmt::format("{}::{}", in_namespace, name) : "";
  }
  return {};
}

// Two types of one name are undefined behaviour as soon as one program has both, and no linker complains.
TEST(Arrows, NoTwoHeadersDefineATypeOfOneName) {
  std::map<std::string, std::set<std::string>> defined;
  for (const fs::path& path : code_files()) {
    if (path.extension() != ".h" || is_of_tests(path.lexically_relative(house).string())) continue;
    std::ifstream file(path);
    std::string current;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("namespace atonce")) current = line.substr(10, line.find(' ', 10) - 10);
      if (const std::string type = type_defined_by(line, current); !type.empty())
        defined[type].insert(path.lexically_relative(house).string());
    }
  }
  std::vector<std::string> twice;
  for (const auto& [type, headers] : defined)
    if (headers.size() > 1) twice.push_back(fmt::format("{}: {}", type, fmt::join(headers, ", ")));
  EXPECT_THAT(twice, IsEmpty());
  EXPECT_GT(defined.size(), 100u);
}

TEST(Arrows, AnArrowAgainstTheMapIsSeen) {
  EXPECT_TRUE(on_the_map({"jobs/probe.cc", 1, "\"atonce/runtime/io.h\""}));
  EXPECT_FALSE(on_the_map({"runtime/io.cc", 1, "\"atonce/jobs/probe.h\""}));
  EXPECT_FALSE(on_the_map({"results/csv_sink.cc", 1, "\"atonce/reports/text.h\""}));
  EXPECT_FALSE(on_the_map({"jobs/probe.cc", 1, "\"probe.h\""}));
  EXPECT_FALSE(on_the_map({"cellar/wine.cc", 1, "\"atonce/model/plan.h\""}));
}

TEST(Arrows, EveryRoomOnTheMapIsThereAndFull) {
  std::vector<Include> includes = all_includes();
  for (const Room& room : rooms)
    EXPECT_TRUE(std::ranges::any_of(includes, [&](const Include& i) { return room_of(i.from) == room.name; }))
        << room.name;
}

TEST(Arrows, EachLibraryOfOthersHasOneDoor) {
  std::vector<std::string> beside_the_door;
  for (const Include& include : all_includes())
    for (const Door& door : doors)
      if (include.what.starts_with(door.header) && !include.from.starts_with(door.files))
        beside_the_door.push_back(include.shown());
  EXPECT_THAT(beside_the_door, IsEmpty());
}

TEST(Arrows, NoHeaderShowsALibraryOfOthers) {
  std::vector<std::string> shown;
  for (const Include& include : all_includes())
    for (const Door& door : doors)
      if (include.what.starts_with(door.header) && include.from.ends_with(".h") && include.from != "runtime/ring.h" &&
          include.from != "protocols/tls/openssl.h")
        shown.push_back(include.shown());
  EXPECT_THAT(shown, IsEmpty());
}

TEST(Arrows, NoFileOfCodeHasMoreThanFourHundredLines) {
  constexpr int lines_max = 400;
  std::vector<std::string> long_files;
  for (const fs::path& path : code_files()) {
    if (is_of_tests(path.filename().string())) continue;
    std::ifstream file(path);
    const auto lines = std::count(std::istreambuf_iterator<char>(file), {}, '\n');
    if (lines > lines_max) long_files.push_back(fmt::format("{}: {} lines", path.string(), lines));
  }
  EXPECT_THAT(long_files, IsEmpty()) << "ask whether two ideas share a file";
}

TEST(Arrows, TheMapForReadersNamesEveryRoom) {
  const fs::path map = house / "ARCHITECTURE.md";
  if (!fs::exists(map)) GTEST_SKIP() << "there is no ARCHITECTURE.md";
  std::ifstream file(map);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const Room& room : rooms) EXPECT_NE(text.find(fmt::format("{}/", room.name)), text.npos) << room.name;
}

}  // namespace
}  // namespace atonce
