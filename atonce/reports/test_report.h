#pragma once

#include <memory>
#include <string>

#include "atonce/reports/batch_request.h"

namespace atonce {

/// Writes a report of test results, piece by piece: a test for each request of a batch. Whatever bytes a name or a
/// reason has, the report is well-formed UTF-8 without control characters.
class TestReport {
 public:
  virtual ~TestReport() = default;
  virtual void begin(std::string& text) = 0;
  /// The requests come in their order, batch after batch.
  virtual void add(const BatchRequest& request, std::string& text) = 0;
  virtual void end(std::string& text) = 0;
};

/// JUnit XML: a test suite for each batch. An assertion that failed is a failure; a request that got no answer, an
/// error. Source: the schema of the Jenkins xUnit plugin, junit-10.xsd; XML 1.0, 2.2 and 2.4.
std::unique_ptr<TestReport> make_junit_report();

/// The Test Anything Protocol, version 14, with the plan at the end. What is not ok is explained by a YAML block.
/// Source: testanything.org, "TAP 14 specification"; YAML 1.2, 5.1 and 7.3.1.
std::unique_ptr<TestReport> make_tap_report();

}  // namespace atonce
