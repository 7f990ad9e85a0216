#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "atonce/jobs/regex.h"
#include "atonce/model/plan.h"

namespace atonce {

/// What is looked at of an answer.
struct SeenAnswer {
  std::uint16_t status = 0;
  std::uint64_t bytes = 0;  ///< of the decoded body
  std::string_view body;    ///< as far as it was kept
  std::string_view title;
};

/// `--match` and `--filter`, compiled: which answers the user wants to see.
class AnswerConditions {
 public:
  /// Complains of an expression that is none.
  static Parsed<AnswerConditions> compile(const FetchOptions& options);

  /// Every `--match` holds and no `--filter` does.
  bool wants(const SeenAnswer& answer) const;
  bool needs_body() const { return needs_body_; }
  bool needs_title() const { return needs_title_; }
  bool empty() const { return match_.empty() && filter_.empty(); }

 private:
  struct Condition {
    AnswerCondition::Subject subject;
    std::vector<NumberRange> ranges;
    std::optional<Regex> regex;

    bool holds(const SeenAnswer& answer) const;
  };
  static Parsed<std::vector<Condition>> compile(const std::vector<AnswerCondition>& conditions,
                                                std::string_view option);
  void note_needs();

  std::vector<Condition> match_;
  std::vector<Condition> filter_;
  bool needs_body_ = false;
  bool needs_title_ = false;
};

}  // namespace atonce
