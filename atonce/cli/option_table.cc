#include "atonce/cli/option_table.h"

#include <array>

namespace atonce {
namespace {

constexpr std::uint32_t networked = bit_of(Command::probe) | bit_of(Command::fetch) | bit_of(Command::batch);
constexpr std::uint32_t kept = networked | bit_of(Command::write);  // one job over a list
constexpr std::uint32_t networks = networked | bit_of(Command::compare);
constexpr std::uint32_t runs = kept | bit_of(Command::compare);
constexpr std::uint32_t writes = bit_of(Command::write) | bit_of(Command::compare);
constexpr std::uint32_t write_only = bit_of(Command::write);
constexpr std::uint32_t probes = bit_of(Command::probe) | bit_of(Command::compare);
constexpr std::uint32_t fetches = bit_of(Command::fetch) | bit_of(Command::compare);
constexpr std::uint32_t lists = probes | fetches;
constexpr std::uint32_t batches = bit_of(Command::batch) | bit_of(Command::compare);
constexpr std::uint32_t batch_only = bit_of(Command::batch);
constexpr std::uint32_t requests = fetches | batches;
constexpr std::uint32_t confirmed = bit_of(Command::probe) | bit_of(Command::fetch);
constexpr std::uint32_t fetch_only = bit_of(Command::fetch);
constexpr std::uint32_t compare_only = bit_of(Command::compare);
constexpr std::uint32_t world_only = bit_of(Command::world);
constexpr std::uint32_t serve_only = bit_of(Command::serve);
constexpr std::uint32_t overlap_only = bit_of(Command::overlap);
constexpr std::uint32_t overlaps = overlap_only | bit_of(Command::compare);
constexpr std::uint32_t resumed = bit_of(Command::resume);
constexpr std::uint32_t paged = bit_of(Command::compare) | bit_of(Command::overlap);
constexpr std::uint32_t report_only = bit_of(Command::report);
constexpr std::uint32_t show_only = bit_of(Command::show);
constexpr std::uint32_t tables = bit_of(Command::doctor) | bit_of(Command::runs) | bit_of(Command::diff);

constexpr std::string_view strategy_words = "sequential processes:10 threads:10 async";

using enum OptionGroup;

// clang-format off
constexpr std::array options{
    OptionRow{"ports", 'p', "PORTS", "ports to try, as 80,443,8000-8100 (443)", targets, probes | world_only, apply_ports},
    OptionRow{"url", 0, "TEMPLATE", "of each host of the list: https://{}/robots.txt", targets, fetches, apply_url},
    OptionRow{"limit", 'n', "N", "only the first N lines of the list", targets, lists, apply_limit},
    OptionRow{"limit", 'n', "N", "only the first N batches", targets, batch_only, apply_limit},
    OptionRow{"limit", 'n', "N", "so many files; of a list: only its first N", targets, write_only, apply_limit},
    OptionRow{"unique", 0, "", "skip a target that came before", targets, lists, apply_unique},
    OptionRow{"repeat", 0, "N", "go through all of the files N times (1)", targets, batches, apply_repeat},
    OptionRow{"exclude", 0, "FILE", "never try these names, addresses and networks", targets, networks, apply_exclude, "FILE"},
    OptionRow{"allow-private", 0, "", "names may lead to private and special addresses", targets, networks, apply_allow_private},

    OptionRow{"from", 0, "FILE", "the files of these lines of JSON; - is stdin", files, writes, apply_from, "FILE"},
    OptionRow{"from-tar", 0, "FILE", "those of a tar archive, perhaps of gzip or zstd", files, writes, apply_from_tar, "FILE"},
    OptionRow{"size", 0, "SIZE", "random bytes of each, as 1-4096; or as @FILE (1)", files, writes, apply_size},
    OptionRow{"name-bytes", 0, "N", "random bytes of a name, told in base64url (64)", files, writes, apply_name_bytes},
    OptionRow{"fan-out", 0, "N", "spread the files over N folders in DIR", files, writes, apply_fan_out},
    OptionRow{"overwrite", 0, "", "replace a file that is there", files, writes, apply_overwrite},
    OptionRow{"atomic", 0, "", "no file is to be seen before it is whole", files, writes, apply_atomic},
    OptionRow{"sync", 0, "WHEN", "on the disk: before its verdict (file), end or none", files, writes, apply_sync, "none file end"},
    OptionRow{"verify", 0, "N", "read one file in N back, and compare", files, writes, apply_verify},
    OptionRow{"clean", 0, "RUN", "take away what that run made, and nothing else", files, write_only, apply_clean, "FOLDER"},

    OptionRow{"server", 0, "HOST:PORT", "the number server (127.0.0.1:8197)", overlap, overlaps, apply_server},
    OptionRow{"ask", 0, "N", "connections to it at once, each for one number (1)", overlap, overlaps, apply_ask},
    OptionRow{"work", 0, "SPEC", "uniform:N, normal:N, sha256:FILE (uniform, 120 M)", overlap, overlaps, apply_work, "uniform normal sha256:"},
    OptionRow{"compute", 0, "N", "parts that it is computed in, at once (1)", overlap, overlaps, apply_compute},
    OptionRow{"slice", 0, "TIME", "async computes for so long between two looks (1s)", overlap, overlaps, apply_slice},

    OptionRow{"variable", 0, "NAME=VALUE", "for Hurl files", request, batches, apply_variable},
    OptionRow{"secret", 0, "NAME=VALUE", "the same, shown and kept nowhere", request, batches | resumed, apply_secret},
    OptionRow{"keep-going", 0, "", "a request that failed does not end its batch", request, batches, apply_keep_going},
    OptionRow{"idempotent", 0, "", "whatever may have been sent may be sent again", request, batches, apply_idempotent},
    OptionRow{"request", 'X', "METHOD", "the method (GET; HEAD with -I, POST with -d)", request, fetches, apply_request, "GET HEAD POST PUT PATCH DELETE OPTIONS"},
    OptionRow{"header", 'H', "FIELD", "\"Name: value\" to send, or @FILE with such lines", request, requests | resumed, apply_header},
    OptionRow{"data", 'd', "DATA", "the body, as a form; @FILE: without its line ends", request, fetches, apply_data, "FILE"},
    OptionRow{"data-binary", 0, "DATA", "the body as it is, or @FILE", request, fetches, apply_data_binary, "FILE"},
    OptionRow{"head", 'I', "", "only the head of the answer", request, fetches, apply_head},
    OptionRow{"location", 'L', "", "follow redirects", request, fetches, apply_location, {}, true},
    OptionRow{"location", 'L', "", "follow redirects", request, batch_only, apply_location},
    OptionRow{"max-redirs", 0, "N", "redirects at most (10)", request, requests, apply_max_redirs},
    OptionRow{"user", 'u', "USER:PASS", "Basic authentication", request, fetches | resumed, apply_user},
    OptionRow{"cookie", 'b', "COOKIES", "cookies, as \"a=1; b=2\"; \"\": keep what answers set", request, fetches | resumed, apply_cookie},
    OptionRow{"user-agent", 'A', "TEXT", "who asks (atonce/VERSION)", request, requests, apply_user_agent},
    OptionRow{"compressed", 0, "", "ask for a compressed body, and undo it", request, requests, apply_compressed},
    OptionRow{"http1.1", 0, "", "only HTTP/1.1", request, requests, apply_http11},
    OptionRow{"http2", 0, "", "only HTTP/2", request, requests, apply_http2, {}, true},
    OptionRow{"insecure", 'k', "", "do not verify certificates: anybody may answer", request, requests, apply_insecure},
    OptionRow{"cacert", 0, "FILE", "trust these authorities, not the system's", request, requests, apply_cacert, "FILE"},
    OptionRow{"cert", 'E', "FILE", "a client certificate, PEM", request, requests, apply_cert, "FILE"},
    OptionRow{"key", 0, "FILE", "its key (in the same file)", request, requests, apply_key, "FILE"},
    OptionRow{"proxy", 'x', "URL", "through http://HOST:PORT or socks5://HOST:PORT", request, requests | resumed, apply_proxy},

    OptionRow{"save", 0, "DIR", "save each body to a file in DIR", response, fetches, apply_save, "FOLDER"},
    OptionRow{"match", 0, "WHAT", "status=200,3xx size=1-999 text=, regex= or title=", response, fetches, apply_match},
    OptionRow{"filter", 0, "WHAT", "leave out such answers; as --match", response, fetches, apply_filter},
    OptionRow{"hash", 0, "NAME", "hash each body: sha256, sha1 or md5", response, fetches, apply_hash, "sha256 sha1 md5"},
    OptionRow{"title", 0, "", "the title of each page", response, fetches, apply_title},
    OptionRow{"fail", 'f', "", "status 400 and above is no success", response, requests, apply_fail},
    OptionRow{"max-body", 0, "SIZE", "read so much of a body at most (64M)", response, requests, apply_max_body},

    OptionRow{"strategy", 0, "NAME[:N]", "sequential, processes:N, threads:N, async:N (async)", pace, kept, apply_strategies, strategy_words},
    OptionRow{"strategy", 0, "NAME[:N]", "sequential, processes:N, threads:N or async (async)", pace, overlap_only, apply_strategies, strategy_words},
    OptionRow{"strategy", 0, "LIST", "which, as sequential,threads:20,async:1000 (all)", pace, compare_only, apply_strategies, strategy_words},
    OptionRow{"rounds", 0, "N", "how often each strategy runs, in turns (5)", pace, compare_only, apply_rounds},
    OptionRow{"warmup", 0, "N", "rounds before them that do not count (1)", pace, compare_only, apply_warm_ups},
    OptionRow{"threshold", 0, "WHAT", "\"async/sequential >= 10\": exit code 1 if it is not", pace, compare_only, apply_thresholds},
    OptionRow{"peer", 0, "NAME=COMMAND", "another program does the same, in the same rounds", pace, compare_only, apply_peers},
    OptionRow{"peer-timeout", 0, "TIME", "for one run of a peer (10 times ours, 60s or more)", pace, compare_only, apply_peer_timeout},
    OptionRow{"concurrency", 'c', "N", "in flight at most (what fits here, up to 20,000)", pace, probes | batches | resumed, apply_concurrency},
    OptionRow{"concurrency", 'c', "N", "in flight at most (what fits here, up to 8,000)", pace, fetch_only, apply_concurrency},
    OptionRow{"rate", 0, "RATE", "auto: as fast as answers stay sure; or 500/s, 30/m", pace, confirmed | resumed, apply_rate, "auto"},
    OptionRow{"concurrency", 'c', "N", "files in hand at most (2,048)", pace, write_only, apply_concurrency},
    OptionRow{"rate", 0, "RATE", "start so many files at most, as 500/s or 30/m", pace, write_only, apply_rate},
    OptionRow{"rate", 0, "RATE", "start so many batches at most, as 500/s or 30/m", pace, batch_only, apply_rate},
    OptionRow{"duration", 0, "TIME", "start batches at --rate for so long, come what may", pace, batch_only, apply_duration},
    OptionRow{"rate", 0, "RATE", "starts at most, as 500/s or 30/m, or auto (all)", pace, compare_only, apply_rate, "auto"},
    OptionRow{"per-address", 0, "N", "in flight to one address at most; 0: no bound (32)", pace, networks, apply_per_address},
    OptionRow{"per-network", 0, "N", "the same for one /24 of IPv4 or /48 of IPv6 (256)", pace, networks, apply_per_network},
    OptionRow{"loops", 0, "N", "event loops of async (one a core)", pace, runs | overlap_only, apply_loops},
    OptionRow{"listen", 0, "ADDR:PORT", "where to listen; port 0: any (127.0.0.1:8080)", server, serve_only, apply_listen},
    OptionRow{"tls", 0, "", "answer TLS too, with a certificate for any name", server, serve_only, apply_tls},
    OptionRow{"authority", 0, "FILE", "where the authority's certificate goes (temporary)", server, serve_only, apply_authority, "FILE"},
    OptionRow{"log", 0, "FILE", "add a line of JSON for each request", server, serve_only, apply_log, "FILE"},
    OptionRow{"numbers", 0, "ADDR:PORT", "there, answer with sums of random samples, not HTTP", server, serve_only, apply_numbers},
    OptionRow{"samples", 0, "N", "of each such sum (10,000,000)", server, serve_only, apply_samples},
    OptionRow{"loops", 0, "N", "event loops; threads of --numbers (one a core)", server, serve_only, apply_loops},
    OptionRow{"engine", 0, "NAME", "how async waits: auto, ring (io_uring) or epoll", pace, networks | overlap_only, apply_engine, "auto ring epoll"},

    OptionRow{"connect-timeout", 0, "TIME", "for one connection, as 3.5s or 800ms (3.5s)", answers, networks | overlap_only, apply_connect_timeout},
    OptionRow{"timeout", 0, "TIME", "for a whole try: looking up and connecting (none)", answers, bit_of(Command::probe), apply_timeout},
    OptionRow{"timeout", 'm', "TIME", "for a whole try of a URL, with redirects (30s)", answers, fetch_only, apply_timeout},
    OptionRow{"timeout", 'm', "TIME", "for one request, with redirects (30s)", answers, batch_only, apply_timeout},
    OptionRow{"timeout", 0, "TIME", "for one answer, once connected (60s)", answers, overlap_only, apply_timeout},
    OptionRow{"timeout", 0, "TIME", "for a whole try (none; fetch: 30s)", answers, compare_only, apply_timeout},
    OptionRow{"resolve-timeout", 0, "TIME", "for looking up a name (--timeout)", answers, requests, apply_resolve_timeout},
    OptionRow{"tls-timeout", 0, "TIME", "for the TLS handshake (--timeout)", answers, requests, apply_tls_timeout},
    OptionRow{"answer-timeout", 0, "TIME", "for the first byte of an answer (--timeout)", answers, requests, apply_answer_timeout},
    OptionRow{"idle-timeout", 0, "TIME", "between pieces of an answer (--timeout)", answers, requests, apply_idle_timeout},
    OptionRow{"retries", 0, "N", "tries after the first, for time-outs and DNS (0)", answers, lists, apply_retries},

    OptionRow{"confirm", 0, "N", "further tries, later, where one proves nothing (2)", trust, confirmed, apply_confirm},
    OptionRow{"confirm", 0, "N", "further tries, later, where one proves nothing (0)", trust, compare_only, apply_confirm},
    OptionRow{"no-canaries", 0, "", "mix in no hosts known to answer", trust, confirmed, apply_no_canaries},

    OptionRow{"resolver", 0, "ADDR", "DNS server ADDR[:PORT], or \"system\" (resolv.conf)", names, networks, apply_resolver, "system"},
    OptionRow{"dns-timeout", 0, "TIME", "for the first question to a server (1s)", names, networks, apply_dns_timeout},
    OptionRow{"ipv4", '4', "", "only IPv4 addresses", names, networks, apply_ipv4},
    OptionRow{"ipv6", '6', "", "only IPv6 addresses", names, networks, apply_ipv6, {}, true},
    OptionRow{"all-addresses", 0, "", "try every address of a name", names, probes, apply_all_addresses},
    OptionRow{"happy-eyeballs", 0, "", "race the addresses of a name (RFC 8305)", names, probes, apply_happy_eyeballs},

    OptionRow{"run", 0, "DIR", "keep it in DIR (in the state folder)", run_folder, kept, apply_run, "FOLDER"},
    OptionRow{"run", 0, "DIR", "keep the result in DIR, for atonce report", run_folder, overlap_only, apply_run, "FOLDER"},
    OptionRow{"no-run", 0, "", "keep nothing", run_folder, kept, apply_no_run, {}, true},
    OptionRow{"resume", 0, "", "carry on that run, or this command's latest one", run_folder, kept, apply_resume},

    OptionRow{"output", 'o', "FILE", "write to FILE instead of standard output", output, runs, apply_output, "FILE"},
    OptionRow{"json", 0, "", "one JSON object a line", output, kept, apply_jsonl},
    OptionRow{"csv", 0, "", "CSV with a header", output, kept, apply_csv, {}, true},
    OptionRow{"format", 0, "NAME", "text, jsonl, csv, sqlite or none (text)", output, kept, apply_format, "text jsonl csv sqlite none"},
    OptionRow{"ordered", 0, "", "rows in the order of the list, not as they finish", output, kept, apply_ordered},
    OptionRow{"output", 'o', "FILE", "write the page to FILE (standard output)", output, report_only, apply_page, "FILE"},
    OptionRow{"report", 0, "FILE", "an HTML page: time lines, figures, caveats", output, paged, apply_page, "FILE"},
    OptionRow{"trace", 0, "FILE", "the time lines for Perfetto or Chrome", output, paged, apply_trace, "FILE"},
    OptionRow{"trace", 0, "FILE", "write a trace for Perfetto, and no page without -o", output, report_only, apply_trace, "FILE"},
    OptionRow{"report-junit", 0, "FILE", "what came of each request, as JUnit's XML", output, batch_only, apply_report_junit, "FILE"},
    OptionRow{"report-tap", 0, "FILE", "the same as TAP", output, batch_only, apply_report_tap, "FILE"},
    OptionRow{"json", 0, "", "the result as one JSON object", output, overlap_only, apply_jsonl},
    OptionRow{"json", 0, "", "the report as JSON", output, compare_only, apply_report_json},
    OptionRow{"markdown", 0, "", "as a Markdown table", output, compare_only, apply_report_markdown, {}, true},
    OptionRow{"json", 0, "", "as JSON, for a program", output, tables, apply_table_json},
    OptionRow{"quiet", 'q', "", "say less on standard error", output, runs | resumed | overlap_only, apply_quiet},
    OptionRow{"verbose", 'v', "", "say more", output, runs | resumed | overlap_only, apply_verbose, {}, true},
    OptionRow{"target", 0, "NAME", "every try of one target: NAME, or NAME:PORT", output, show_only, apply_shown_target},
    OptionRow{"dry-run", 0, "", "say what would be done, and do nothing", output, runs, apply_dry_run},

    OptionRow{"world", 0, "[=SPEC]", "run in a simulated internet: atonce help world", world, networks, apply_world},
    OptionRow{"world", 0, "[=N]", "start a number server that sums N samples (10 M)", world, overlap_only, apply_overlap_world},
    OptionRow{"seed", 0, "N", "fix every random choice, the world's too", world, runs | world_only | overlap_only | serve_only, apply_seed},
    OptionRow{"names", 0, "N", "print a ranked list of N plausible names", world, world_only, apply_names},
    OptionRow{"urls", 0, "", "with --truth: LIST is of URLs, as fetch takes them", world, world_only, apply_urls},
    OptionRow{"truth", 0, "LIST", "print each line's right verdict, as JSON lines", world, world_only, apply_truth, "FILE"},

    OptionRow{"fault", 0, "SPEC", "what is made to fail", world, runs | resumed | overlap_only, apply_fault, {}, false, true},
};
// clang-format on

}  // namespace

std::span<const OptionRow> all_options() { return options; }

std::vector<const OptionRow*> options_of(Command command) {
  std::vector<const OptionRow*> rows;
  for (const OptionRow& row : options)
    if (row.commands & bit_of(command)) rows.push_back(&row);
  return rows;
}

std::vector<const OptionRow*> shown_options_of(Command command) {
  std::vector<const OptionRow*> rows = options_of(command);
  std::erase_if(rows, [command](const OptionRow* row) {
    const bool of_one_job =
        row->group == request || row->group == response || row->group == files || row->group == overlap;
    return row->hidden || (of_one_job && command == Command::compare);
  });
  return rows;
}

const OptionRow* find_option(Command command, std::string_view name) {
  for (const OptionRow& row : options)
    if ((row.commands & bit_of(command)) != 0 && row.name == name) return &row;
  return nullptr;
}

std::string_view title_of(OptionGroup group) {
  constexpr std::array<std::string_view, 13> titles{"Targets", "Overlap",  "Files", "Request", "Answer",
                                                    "Pace",    "Patience", "Trust", "Names",   "Run folder",
                                                    "Output",  "World",    "Server"};
  return titles[static_cast<std::size_t>(group)];
}

}  // namespace atonce
