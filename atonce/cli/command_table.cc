#include "atonce/cli/command_table.h"

#include <array>

namespace atonce {
namespace {

constexpr std::array probe_examples{
    Example{"atonce probe domains.csv -n 100", "the first hundred"},
    Example{"atonce probe 192.0.2.0/24 -p 22,443 --json -o net.jsonl", "a network"},
    Example{"sort names.txt | atonce probe --rate 200/s", "from a pipe, gently"},
    Example{"atonce probe domains.csv --world=mixed", "a rehearsal"},
};
constexpr std::array fetch_examples{
    Example{"atonce fetch urls.txt --json -o pages.jsonl", "a list of URLs"},
    Example{"atonce fetch domains.csv -n 100 -L --title", "front pages"},
    Example{"atonce fetch domains.csv --url https://{}/robots.txt --save robots", "one file of each"},
    Example{"atonce fetch https://example.org/ -H \"Accept: text/html\"", "one URL"},
};
constexpr std::array batch_examples{
    Example{"atonce batch orders.jsonl --json -o answers.jsonl", "requests as lines of JSON"},
    Example{"atonce batch login.hurl cart.hurl --variable host=localhost:8080", "Hurl files"},
    Example{"atonce batch api.hurl --rate 500/s --duration 30s", "on schedule, come what may"},
    Example{"atonce batch *.hurl --report-junit report.xml", "a test suite"},
};
constexpr std::array overlap_examples{
    Example{"atonce overlap --world -v", "a number server of its own, and every pause told"},
    Example{"atonce overlap --slice 1ms --json", "finer slices; the result for a program"},
    Example{"atonce overlap --strategy threads --ask 4 --compute 2", "the general form"},
};
constexpr std::array write_examples{
    Example{"atonce write DIR -n 100000", "as many files of one random byte"},
    Example{"atonce write DIR -n 100000 --size 1-4096 --fan-out 256", "of many sizes, in 256 folders"},
    Example{"atonce write DIR --from pages.jsonl --atomic --sync file", "each whole and on the disk, or not there"},
    Example{"atonce write DIR --from-tar many.tar.zst", "unpack an archive"},
    Example{"atonce write --clean night-run", "take away what that run made"},
};
constexpr std::array compare_examples{
    Example{"atonce compare probe domains.csv -n 100", "all strategies"},
    Example{"atonce compare probe domains.csv --strategy threads:100,async", "two of them"},
    Example{"atonce compare fetch urls.txt --strategy threads:20,async", "of another job"},
    Example{"atonce compare fetch urls.txt --peer \"py=python3 get.py\"", "against your program"},
    Example{"atonce compare probe domains.csv --world=mixed --markdown", "for a report"},
    Example{"atonce compare overlap --world --threshold \"async/sequential >= 1.3\"", "as a check"},
};
constexpr std::array resume_examples{
    Example{"atonce resume night-run", "the folder that --run named"},
    Example{"atonce resume night-run --rate 500/s -q", "more gently from here on"},
};
constexpr std::array runs_examples{
    Example{"atonce runs", "the newest first"},
    Example{"atonce runs --json", "the same for a program"},
};
constexpr std::array show_examples{
    Example{"atonce show night-run", "the summary again, also while it runs"},
    Example{"atonce show night-run --target example.com", "every try of one target"},
};
constexpr std::array diff_examples{
    Example{"atonce diff monday tuesday", "what changed between two runs"},
    Example{"atonce diff monday tuesday --json", "the same for a program"},
};
constexpr std::array report_examples{
    Example{"atonce report night-run -o night.html", "a run, as a page for the browser"},
    Example{"atonce report night-run --trace night.json", "for Perfetto (ui.perfetto.dev)"},
    Example{"atonce report a.json b.json -o both.html", "what compare --json wrote, on one page"},
};
constexpr std::array world_examples{
    Example{"atonce world -- curl -sv https://google.com", "run a command inside"},
    Example{"atonce world mixed,rtt=50ms,loss=1% -p 80,443", "serve until Ctrl-C"},
    Example{"atonce world --names 1000000 > million.csv", "plausible names"},
    Example{"atonce world mixed --truth million.csv > truth.jsonl", "what is right"},
    Example{"atonce world --truth urls.txt --urls", "which status code is right"},
};
constexpr std::array serve_examples{
    Example{"atonce serve", "on 127.0.0.1:8080; the path / lists what it serves"},
    Example{"atonce serve --listen 127.0.0.1:0 --tls", "HTTP and HTTPS on any free port"},
    Example{"atonce serve --log requests.jsonl", "each request, a line: who asked what, and when"},
    Example{"atonce serve --numbers 8197", "a number server, for atonce overlap"},
};
constexpr std::array doctor_examples{
    Example{"atonce doctor", "every limit that matters, and how to raise it"},
    Example{"atonce doctor --json", "the same for a program"},
};
constexpr std::array completion_examples{
    Example{"atonce completion bash > ~/.local/share/bash-completion/completions/atonce", "bash"},
    Example{"atonce completion fish > ~/.config/fish/completions/atonce.fish", "fish"},
    Example{"atonce completion zsh > ~/.zfunc/_atonce", "zsh, with ~/.zfunc in fpath"},
};
constexpr std::array man_examples{Example{"atonce man | man -l -", "read it"}};
constexpr std::array help_examples{Example{"atonce help probe", "one command's options and examples"}};
constexpr std::array version_examples{Example{"atonce --version", "the same"}};

constexpr std::array commands{
    CommandRow{Command::probe, "probe", "[LIST | TARGET...]", "find out which targets accept a connection",
               "Looks each name up, opens a TCP connection and closes it: one verdict a target.\n"
               "LIST is a file or - : rank,domain CSV, one target a line. TARGET is a name, an\n"
               "address, a network (192.0.2.0/24) or a range (192.0.2.1-192.0.2.9).",
               probe_examples},
    CommandRow{Command::fetch, "fetch", "[LIST | URL...]", "get a URL of each line: status, time, and what came",
               "Sends one request for each URL, as curl does, and says what came: one verdict a\n"
               "URL. LIST has a URL or a host a line (https:// is assumed), or rank,domain CSV;\n"
               "with --url, hosts, addresses and networks. Sizes: 500K, 64M.",
               fetch_examples},
    CommandRow{Command::batch, "batch", "[FILE...]", "requests in their order, many such batches at once",
               "Within a batch each request waits for the answer to the one before; batches run\n"
               "side by side. FILE.hurl is one batch, in Hurl's language; any other FILE has a\n"
               "request a line: {\"batch\": \"b1\", \"method\": \"POST\", \"url\": ..., \"body\": ...}.\n"
               "A request is done, not sent, or of unknown outcome: sent, and nobody saw an\n"
               "answer. What must not be sent twice never is.",
               batch_examples},
    CommandRow{Command::overlap, "overlap", "", "ask a number server, and compute while it thinks",
               "Asks the server for a number (atonce serve --numbers is one) and sums random\n"
               "samples itself. sequential asks, waits, then computes; async computes in time\n"
               "slices and looks after the socket between them; threads and processes overlap\n"
               "in their ways. Tells how much of the waiting was covered, and what slicing cost.",
               overlap_examples},
    CommandRow{Command::write, "write", "DIR", "write many small files, and say of each what came of it",
               "Writes -n files with random names and contents into DIR, or those of --from\n"
               "(lines of JSON: {\"name\": \"a/b.txt\", \"content\": \"...\"}, or \"base64\", and\n"
               "perhaps \"mode\": \"0644\") or --from-tar. No name leads out of DIR: not by .., an\n"
               "absolute path or a link. What is there is left alone. SIZE: 500K, 64M.",
               write_examples},
    CommandRow{Command::compare, "compare", "JOB [LIST | TARGET...]",
               "run the same work with each strategy, and say which is faster",
               "Runs JOB (probe, fetch, batch, write, overlap) with each strategy, in rounds of\n"
               "all; reports time, CPU, memory, system calls, and whether verdicts agree.\n"
               "Takes the options of JOB too: atonce help fetch. A peer is a command that reads\n"
               "the targets on its standard input, and writes a line for each.",
               compare_examples},
    CommandRow{Command::resume, "resume", "DIR", "carry on a run that was stopped, killed or ran out of disk",
               "Takes up the run kept in DIR with the words it was started with, in the folder\n"
               "it was started in. What has its verdict keeps it; the rest is done now, and each\n"
               "target has one row in the end. Refuses a list that has changed since.",
               resume_examples},
    CommandRow{Command::runs, "runs", "", "the runs that were kept, and how far each came",
               "Lists the run folders under the state directory, the newest first.", runs_examples},
    CommandRow{Command::show, "show", "DIR", "what a kept run came to, or all that happened to one target",
               "Prints the summary of the run in DIR again; with --target, every try of one\n"
               "target on one time line. Only reads, so the run may be going on.",
               show_examples},
    CommandRow{Command::diff, "diff", "DIR1 DIR2", "what changed between two runs, and what of it is noise",
               "Compares the verdicts on each host and port: what opened, closed, vanished,\n"
               "appeared or flaps. Answers in doubt are no change; what lost packets alone would\n"
               "make is told apart, by the share of first answers that a second lap overturned.",
               diff_examples},
    CommandRow{Command::report, "report", "DIR | FILE...",
               "a run or comparisons as one page of HTML, to look at and zoom",
               "Shows what the run in DIR, or each FILE that compare --json wrote, came to: who\n"
               "waited for what and how long, over time and by phase. The page is one file and\n"
               "needs no network. Several runs and files are parts of one page; - is stdin.",
               report_examples},
    CommandRow{Command::world, "world", "[SPEC] [-- COMMAND...]",
               "a simulated internet, to try a million names without touching one",
               "Serves DNS and TCP for every name, each with a fate, an address and a delay that\n"
               "follow from the seed. SPEC is a profile with changes: calm, or mixed,rtt=50ms,\n"
               "jitter=5ms,loss=2%,dns=20ms,seed=7,ground=tun. outage=START+LENGTH: from START\n"
               "after the first SYN on, no packet comes or goes. log=FILE: each question to the\n"
               "resolver and each SYN, a line. web=plain, varied or off: what hosts answer to\n"
               "HTTP; requests=FILE: each request, a line. With COMMAND: runs it inside.",
               world_examples},
    CommandRow{Command::serve, "serve", "", "an HTTP server to try clients on, as httpbin and worse",
               "Answers as httpbin does (/get, /post, /status/404, /delay/3, /bytes/1000, ...),\n"
               "and wrongly in every way under /hostile; the path / lists all of it. Speaks\n"
               "HTTP/1.1, HTTP/2 and, with an authority of its own, TLS, on one port. With\n"
               "--numbers: each connection gets a sum of random samples, and is closed. Prints\n"
               "where it listens; Ctrl-C ends it.",
               serve_examples},
    CommandRow{Command::doctor, "doctor", "", "what limits this machine, and how to raise it",
               "Reads every limit that bounds a run and changes none.", doctor_examples},
    CommandRow{Command::completion, "completion", "SHELL", "completions for bash, zsh or fish",
               "Prints a completion script for SHELL: bash, zsh or fish.", completion_examples},
    CommandRow{Command::man, "man", "", "the manual page, as roff", "Prints the manual page, as roff.", man_examples},
    CommandRow{Command::help, "help", "[COMMAND]", "help on a command", "Prints what COMMAND does and takes.",
               help_examples},
    CommandRow{Command::version, "version", "", "which atonce this is", "Prints the version.", version_examples},
};

constexpr std::array exits{
    ExitRow{0, "every target has a verdict"},
    ExitRow{1, "an assertion or a threshold failed"},
    ExitRow{2, "the command line or the input is wrong"},
    ExitRow{3, "complete, but some verdicts are unsure"},
    ExitRow{4, "interrupted; atonce resume carries on"},
    ExitRow{5, "stopped by a limit of this machine"},
    ExitRow{6, "the account does not balance, or an internal error"},
};

}  // namespace

std::span<const CommandRow> all_commands() { return commands; }
std::span<const ExitRow> all_exits() { return exits; }

const CommandRow& row_of(Command command) { return commands[static_cast<std::size_t>(command)]; }

const CommandRow* find_command(std::string_view name) {
  for (const CommandRow& row : commands)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace atonce
