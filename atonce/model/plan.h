#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/duration.h"

namespace atonce {

/// What the lines of a list name.
enum class TargetKind : std::uint8_t { host, url, batch, file };

/// Inclusive.
struct NumberRange {
  std::uint64_t low = 0;
  std::uint64_t high = ~std::uint64_t{0};

  bool contains(std::uint64_t number) const { return low <= number && number <= high; }
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

/// Which files there are to be: made from a seed, where there is no list, or those of a list or an archive.
struct FileInput {
  std::uint64_t seed = 0;           ///< names and contents follow from it: as Plan::seed
  unsigned name_bytes = 64;         ///< `--name-bytes`: random bytes of a name, which is their base64url (RFC 4648, 5)
  NumberRange size{1, 1};           ///< `--size`: random bytes of a file
  std::string content;              ///< `--size @FILE`: each file is a copy of that one; empty: random bytes
  std::uint64_t content_bytes = 0;  ///< its size
  bool archive = false;             ///< `--from-tar`: the list is a tar archive; else lines of JSON (`--from`)
  std::uint32_t fan_out = 0;        ///< `--fan-out`: folders that the files are spread over; 0: none
};

/// What to do it to.
struct InputOptions {
  TargetKind kind = TargetKind::host;
  std::string url_template;  ///< `--url`: "https://{}/robots.txt", over a list of hosts; empty: the lines are URLs
  std::string list = "-";    ///< file, "-" for standard input; of files: empty where they are made from the seed
  std::vector<std::string> targets;    ///< given on the command line, instead of a list; of batches: the files
  std::optional<std::uint64_t> limit;  ///< `-n`: the first so many lines
  std::vector<std::pair<std::uint16_t, std::uint16_t>> ports{{443, 443}};  ///< inclusive ranges; URLs have their own
  bool unique = false;                  ///< drop repeated targets, with bounded memory
  std::uint64_t repeat = 1;             ///< `--repeat`: of batches: how often all of them are gone through
  std::optional<std::uint64_t> starts;  ///< of batches on a schedule: exactly so many are started, in turns
  FileInput files;

  /// There is no list: `limit` files follow from the seed.
  bool is_generated() const { return kind == TargetKind::file && list.empty(); }
};

enum class AddressChoice : std::uint8_t { any, v4_only, v6_only };
enum class AddressMode : std::uint8_t { first, all, happy_eyeballs };

struct ResolverOptions {
  std::vector<Endpoint> servers;               ///< empty: those of /etc/resolv.conf
  bool system = false;                         ///< getaddrinfo(3) on the thread pool
  Duration timeout = std::chrono::seconds(1);  ///< for the first question to a server; doubles with each round
  unsigned rounds = 3;                         ///< how often the list of servers is gone through
  std::size_t cache_entries_max = 65'536;
};

struct ProbeOptions {
  // Linux repeats a SYN after 1, 2 and 3 s (1 and 3 s before 6.5); a time-out of a round second would race the
  // repetition.
  Duration connect_timeout = std::chrono::milliseconds(3'500);
  std::optional<Duration> timeout;  ///< for the whole of one try: resolving and connecting
  unsigned retries = 0;             ///< after the first try, for time-outs and resolver failures
  AddressChoice family = AddressChoice::any;
  AddressMode mode = AddressMode::first;
};

enum class HttpVersionChoice : std::uint8_t { automatic, http11, http2 };
enum class HashKind : std::uint8_t { none, md5, sha1, sha256 };

/// A field of a request, as `-H` gives it.
struct RequestField {
  std::string name;
  std::string value;
  bool remove = false;  ///< "Name:" takes a field of ours away

  friend bool operator==(const RequestField&, const RequestField&) = default;
};

/// One `--match` or `--filter`: what an answer is looked at for.
struct AnswerCondition {
  enum class Subject : std::uint8_t { status, size, text, regex, title };
  Subject subject = Subject::status;
  std::vector<NumberRange> ranges;  ///< of a status code or of the decoded body's bytes
  std::string pattern;              ///< a text, or an RE2 expression; of a title, an expression
};

/// How long each phase of a request may take. The total is for a whole try with all its redirects; where a phase has no
/// time of its own, the total bounds it.
struct FetchTimeouts {
  Duration total = std::chrono::seconds(30);
  std::optional<Duration> resolve;
  Duration connect = std::chrono::milliseconds(3'500);  // As for a probe.
  std::optional<Duration> tls;
  std::optional<Duration> first_byte;  ///< from the end of the request to the first byte of its answer
  std::optional<Duration> idle;        ///< between two pieces of an answer
};

/// How requests are made, for `fetch` and, where it applies, `batch`. Options mean what curl's mean. What is secret
/// here (fields, user, cookie, proxy) goes on the wire and nowhere else.
struct FetchOptions {
  std::string url_template;          ///< "https://{}/robots.txt", over a list of hosts; empty: the list has URLs
  std::string method;                ///< `-X`; empty: GET, HEAD with `head`, POST with `data`
  std::vector<RequestField> fields;  ///< `-H`, in order
  std::optional<std::string> data;   ///< `-d`: the body; files are read by then
  bool head = false;                 ///< `-I`
  bool follow = false;               ///< `-L`
  unsigned max_redirects = 10;
  std::string user;         ///< "name:password", for Basic; empty: none
  std::string cookie;       ///< `-b`: "a=1; b=2", sent to the hosts of the list; empty: none
  bool cookie_jar = false;  ///< `-b ""`: what an answer sets goes out with the requests that follow it
  bool compressed = false;  ///< ask for and undo content codings
  HttpVersionChoice version = HttpVersionChoice::automatic;
  bool insecure = false;                              ///< certificates are not verified; recorded in each row
  std::string cacert;                                 ///< a file of trusted roots instead of the system's
  std::string cert;                                   ///< a client's certificate, PEM
  std::string key;                                    ///< its key; empty: in `cert`
  std::string proxy;                                  ///< "http://host:port", "socks5://..."; empty: none
  std::string user_agent = "atonce/" ATONCE_VERSION;  ///< Who asks says so; empty: no such field.
  std::string save;                                   ///< `--save`: a folder for bodies; empty: none
  std::vector<AnswerCondition> match;                 ///< all of them must hold
  std::vector<AnswerCondition> filter;                ///< none of them may
  HashKind hash = HashKind::none;
  bool title = false;
  bool fail = false;                                       ///< a status code of 400 or above is the verdict http_status
  std::uint64_t body_bytes_max = std::uint64_t{64} << 20;  ///< read; a longer body is body_too_large
  std::uint64_t kept_bytes_max = std::uint64_t{1} << 20;   ///< kept in memory, for conditions and titles
  FetchTimeouts timeouts;
};

/// `atonce batch`: requests with an order among them. What a fetch can be asked for holds for each of them too.
struct BatchOptions {
  bool keep_going = false;             ///< a request that failed does not end its batch
  bool idempotent = false;             ///< what may have been sent already may be sent again, whatever its method
  std::vector<std::string> variables;  ///< `--variable`: "name=value", for Hurl files
  std::vector<std::string> secrets;    ///< `--secret`: the same, never shown
  std::optional<Duration> duration;  ///< `--duration`: batches start on schedule for so long, whatever became of others
  std::string junit;                 ///< `--report-junit`: a file; empty: none
  std::string tap;                   ///< `--report-tap`
};

/// What there is to compute while others are waited for.
enum class WorkKind : std::uint8_t { uniform, normal, sha256 };

/// `--work`: "uniform:120000000", "normal:10000000", "sha256:FILE".
struct WorkSpec {
  static constexpr std::uint64_t uniform_samples = 120'000'000;
  static constexpr std::uint64_t normal_samples = 10'000'000;

  WorkKind kind = WorkKind::uniform;
  std::uint64_t samples = uniform_samples;  ///< over all parts
  std::string file;                         ///< of sha256
};

/// `atonce overlap`: ask a number server, and compute meanwhile.
struct OverlapOptions {
  static constexpr std::uint16_t port_default = 8'197;

  std::string server = "127.0.0.1:8197";  ///< HOST:PORT
  std::uint32_t asks = 1;                 ///< connections, each for one number
  std::uint32_t parts = 1;                ///< that the work is computed in, at once
  WorkSpec work;
  Duration slice = std::chrono::seconds(1);     ///< of `async`: how long it computes before it looks after the sockets
  Duration timeout = std::chrono::seconds(60);  ///< from the connection to the answer
  std::optional<std::uint64_t> world_samples;   ///< `--world`: start a server that sums so many
};

/// When a file is on the disk: not before the system likes; before its verdict is told; before the run is said to be
/// complete.
enum class SyncChoice : std::uint8_t { none, file, end };

/// `atonce write`.
struct WriteOptions {
  std::string folder;      ///< what is written is in it or below it
  bool overwrite = false;  ///< a file that is there already is replaced
  bool atomic = false;     ///< a file has no name, or one that nobody looks for, before it is whole
  SyncChoice sync = SyncChoice::none;
  std::uint64_t verify = 0;  ///< `--verify`: one file in so many is read back; 0: none
};

/// How much a verdict must rest on.
struct TrustOptions {
  // Two tries that agree, and one more where the second was in doubt itself.
  unsigned confirm = 2;  ///< `--confirm`: further tries, in a later lap, for a target that did not answer; 0: none
  bool canaries = true;  ///< `--no-canaries`: do not ask hosts seen open again, to measure the run's own errors
};

/// Whom not to bother, and how much to ask of one neighbourhood at once.
struct PolitenessOptions {
  // A browser opens six connections to a host; a list with many names on one address may ask a little more.
  static constexpr std::uint32_t per_address_default = 32;
  // As many as a /24 has addresses.
  static constexpr std::uint32_t per_network_default = 256;

  std::optional<std::uint32_t> per_address;  ///< `--per-address`: in flight to one address at most; 0: no bound
  std::optional<std::uint32_t> per_network;  ///< `--per-network`: the same for one IPv4 /24 or IPv6 /48
  std::vector<std::string> excludes;         ///< `--exclude`: files of names, addresses and networks never to be tried
  bool allow_private = false;                ///< names may lead into special-use ranges
};

/// Where a run keeps what it has found out, so that it can be carried on.
struct RunFolderOptions {
  std::string path;     ///< `--run`: empty: one of its own under the state directory
  bool none = false;    ///< `--no-run`: keep nothing
  bool resume = false;  ///< `--resume`: carry on what stands there
};

/// How fast: both knobs are bounds. A burst breaks answers, a wide window does not.
struct Pacing {
  std::optional<std::uint32_t> window;  ///< `-c`: jobs in flight at most; empty: the strategy's default
  std::optional<double> rate;           ///< `--rate`: starts a second at most
  bool automatic = false;               ///< without a rate: as fast as answers stay sure
};

/// "threads:20": a row of the table of strategies, and how many.
struct StrategyChoice {
  std::string name = "async";
  std::optional<std::uint32_t> count;
};

enum class EngineChoice : std::uint8_t { automatic, ring, epoll };

enum class ResultFormat : std::uint8_t { text, jsonl, csv, none, sqlite };

struct OutputOptions {
  std::string path = "-";
  ResultFormat format = ResultFormat::text;
  bool ordered = false;
  bool quiet = false;
  unsigned verbosity = 0;
};

/// The simulated internet to run in, if any.
struct WorldOptions {
  std::string profile;  ///< as parse_world_spec takes it: a profile and its changes; empty: the default world
};

/// Everything a run is asked to do. Written by `cli`, read by every room.
struct Plan {
  std::string job = "probe";
  InputOptions input;
  ResolverOptions resolver;
  ProbeOptions probe;
  FetchOptions fetch;
  BatchOptions batch;
  OverlapOptions overlap;
  WriteOptions write;
  TrustOptions trust;
  PolitenessOptions politeness;
  RunFolderOptions run;
  Pacing pacing;
  std::vector<StrategyChoice> strategies{{}};
  EngineChoice engine = EngineChoice::automatic;
  std::optional<unsigned> loops;  ///< event loops of `async`; empty: one per core
  OutputOptions output;
  std::optional<WorldOptions> world;
  std::string fault;  ///< `--fault`: what is made to fail, for tests; as parse_faults takes it
  bool dry_run = false;
  unsigned rounds = 5;     ///< of a comparison
  std::uint64_t seed = 0;  ///< 0: from the system
};

}  // namespace atonce
