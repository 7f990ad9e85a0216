#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/batch.h"
#include "atonce/jobs/hurl/variables.h"
#include "atonce/model/duration.h"
#include "atonce/model/exchange.h"
#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/url/query.h"
#include "atonce/protocols/url/url.h"

// What a step asks for, and whether the answer is what it expects. Nothing here waits, reads a file or knows the time:
// `Sources` gives all of that.

namespace atonce::hurl {

/// What an evaluation needs from outside. All three are called only where a batch asks for them.
struct Sources {
  std::function<std::int64_t()> unix_now_ns;  ///< wall clock, for newDate and daysAfterNow
  std::function<std::uint64_t()> random;      ///< for newUuid and the boundary of a multipart form
  /// The bytes of a file that a batch names; the path is relative to the batch's own folder, without "..".
  std::function<Parsed<std::string>(std::string_view path)> read_file;
};

/// What [Options] say, with every expression in them resolved. Empty: the file does not say.
struct StepOptions {
  std::optional<bool> compressed;
  std::optional<bool> insecure;
  std::optional<bool> location;
  std::optional<std::uint32_t> max_redirs;  ///< -1 of Hurl, without a limit, is the largest number
  std::optional<HttpVersion> version;
  std::optional<Duration> connect_timeout;
  std::optional<Duration> max_time;
  std::optional<std::string> user;  ///< "name:password", a secret
  Duration delay{};                 ///< before the request
  std::int64_t retry = 0;           ///< further tries when the step fails; -1: without an end
  Duration retry_interval = std::chrono::seconds(1);
  std::int64_t repeat = 1;  ///< times the step is run; -1: without an end
  bool skip = false;
};

/// A request, ready to go out: no template is left in it. Nothing in it holds CR, LF or NUL but the body.
struct PreparedRequest {
  std::string method;
  Url url;            ///< with the pairs of [Query]
  NameValues fields;  ///< in the order of the file; then Cookie, Authorization, Content-Type, Idempotency-Key when the
                      ///< file does not say them itself. Host and Content-Length are the client's.
  std::optional<std::string> body;
  StepOptions options;
  bool may_repeat = false;  ///< it has an Idempotency-Key
};

/// The file's wishes for the next request. `variable` lines are put into `variables`.
std::expected<StepOptions, Finding> prepare_options(const Step& step, Variables& variables, const Sources& sources);

/// Resolves all templates of a step. An unknown variable, a URL that is none and bytes that may not go out are findings
/// with the place where they come from; no secret is in their text.
std::expected<PreparedRequest, Finding> prepare(const Step& step, Variables& variables, const Sources& sources);

/// What the certificate query sees.
struct CertificateFacts {
  std::string subject;  ///< RFC 4514
  std::string issuer;
  std::string serial_number;       ///< "0a:1b:..."; empty: not known
  std::vector<std::string> names;  ///< subject alternative names
  std::int64_t not_before = 0;     ///< seconds since 1970
  std::int64_t not_after = 0;
};

/// An answer as asserts see it: views of what the client holds.
struct Answer {
  std::uint16_t status = 0;
  HttpVersion version = HttpVersion::unknown;
  std::string_view url;  ///< effective
  const Fields* fields = nullptr;
  std::string_view body;                     ///< decoded
  std::optional<std::string_view> raw_body;  ///< as it came; none: not kept
  bool body_cut = false;                     ///< the body went on beyond what is kept
  Duration duration{};
  std::vector<Redirect> redirects;
  std::optional<CertificateFacts> certificate;
  std::string ip;  ///< address that answered
};

/// An expectation that does not hold.
struct Failure {
  Place place;
  std::string what;      ///< as it stands in the file: `status == 200`, `HTTP 200`, `Content-Type: ...`
  std::string actual;    ///< `integer <404>`, `none`
  std::string expected;  ///< `integer <200>`
  std::string problem;   ///< why the query itself could not be answered: the body is not JSON, ...; else empty
  bool is_capture = false;
};

/// "a.hurl:7:1: status == 200: expected integer <200>, got integer <404>".
std::string write_failure(std::string_view file, const Failure& failure);

/// What became of the expectations of one answer.
struct Checked {
  std::vector<Failure> failures;  ///< in the order of the file; captures that failed are among them
  std::uint32_t checks = 0;       ///< version, status, fields, body, asserts and captures that were looked at
  bool passed() const { return failures.empty(); }
};

/// Holds an answer against what the step expects, and puts its captures into `variables`. As in Hurl: when version or
/// status is not as expected, it is the only failure; a capture that fails ends the check before the asserts.
/// Texts of failures have no secrets in them.
Checked check(const Step& step, const Answer& answer, Variables& variables, const Sources& sources);

}  // namespace atonce::hurl
