#include "atonce/cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "atonce/cli/command_table.h"
#include "atonce/cli/completion.h"
#include "atonce/cli/man_page.h"
#include "atonce/cli/option_table.h"

namespace atonce {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Help, FitsAScreen) {
  for (const CommandRow& row : all_commands()) {
    const auto lines = lines_of(write_help(row.command));
    const bool of_all_jobs = row.command == Command::compare;
    const bool of_requests = row.command == Command::fetch || row.command == Command::batch;
    const unsigned most = of_requests ? 85 : of_all_jobs ? 68 : 54;  // Most of a request's are curl's.
    EXPECT_LE(lines.size(), most) << row.name;
    for (const std::string& line : lines) EXPECT_LE(line.size(), 80u) << line;
  }
  EXPECT_LE(lines_of(write_overview()).size(), 37u);
  for (const std::string& line : lines_of(write_overview())) EXPECT_LE(line.size(), 80u) << line;
}

TEST(Help, NamesEveryOptionOfTheCommand) {
  for (const CommandRow& row : all_commands())
    for (const OptionRow* option : shown_options_of(row.command)) {
      const std::string name =
          option->folded && option->letter ? ", -" + std::string(1, option->letter) : "--" + std::string(option->name);
      EXPECT_THAT(write_help(row.command), HasSubstr(name)) << row.name;
    }
}

TEST(Help, ListsTheCommandsInTheOrderOfTheirEnum) {
  for (std::size_t i = 0; i < all_commands().size(); ++i)
    EXPECT_EQ(static_cast<std::size_t>(all_commands()[i].command), i);
  for (const CommandRow& row : all_commands()) EXPECT_THAT(write_overview(), HasSubstr(row.summary));
}

TEST(Completion, KnowsEveryOptionInEveryShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = write_completion(shell);
    for (const OptionRow& row : all_options())
      if (!row.hidden) EXPECT_THAT(script, HasSubstr(row.name)) << shell;
  }
  EXPECT_EQ(write_completion("tcsh"), "");
}

TEST(Help, AndItsKinTellNothingOfHiddenOptions) {
  for (const CommandRow& row : all_commands()) EXPECT_THAT(write_help(row.command), Not(HasSubstr("--fault")));
  for (const char* shell : {"bash", "zsh", "fish"}) EXPECT_THAT(write_completion(shell), Not(HasSubstr("fault")));
  EXPECT_THAT(write_man_page(), Not(HasSubstr("fault\\fR")));
}

/// Writes the script to a file and lets the shell itself do the judging.
int judge(const std::string& script, const char* name, const std::string& command) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path) << script;
  const int status = std::system((command + " " + path.string()).c_str());
  std::filesystem::remove(path);
  return status;
}

TEST(Completion, IsAScriptThatBashUnderstandsAndCompletesWith) {
  const std::string check =
      "\nCOMP_WORDS=(atonce probe --rat); COMP_CWORD=2; _atonce; [[ ${COMPREPLY[*]} == --rate ]] || exit 1"
      "\nCOMP_WORDS=(atonce co); COMP_CWORD=1; _atonce; [[ ${COMPREPLY[*]} == 'compare completion' ]] || exit 2"
      "\nCOMP_WORDS=(atonce probe --engine ep); COMP_CWORD=3; _atonce; [[ ${COMPREPLY[*]} == epoll ]] || exit 3\n";
  EXPECT_EQ(judge(write_completion("bash") + check, "atonce_completion.bash", "bash"), 0);
}

TEST(ManPage, HasEverySectionAPageMustHave) {
  const std::string page = write_man_page();
  for (const char* section :
       {".TH ATONCE 1", ".SH NAME", ".SH SYNOPSIS", ".SH COMMANDS", ".SH VERDICTS", ".SH EXIT STATUS"})
    EXPECT_THAT(page, HasSubstr(section));
  for (const std::string& line : lines_of(page)) {
    const bool request = line.starts_with('.');
    EXPECT_TRUE(!request || line.starts_with(".\\\"") || std::isupper(static_cast<unsigned char>(line[1]))) << line;
  }
}

}  // namespace
}  // namespace atonce
