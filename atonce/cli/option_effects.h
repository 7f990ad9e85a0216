#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/cli/invocation.h"
#include "atonce/model/result.h"

namespace atonce {

/// The families that other rooms own and the command line only names.
struct KnownNames {
  std::span<const std::string_view> strategies;
  std::span<const std::string_view> jobs;
};

using Values = std::vector<std::string>;

/// Sets what an option means. `values` holds each value given, in order, and is not empty; a flag has one empty value
/// for each time it was given. Where one value is wanted, the last counts.
using ApplyOption = Parsed<void>(Invocation& invocation, const Values& values, const KnownNames& names);

ApplyOption apply_ports;
ApplyOption apply_limit;
ApplyOption apply_unique;
ApplyOption apply_concurrency;
ApplyOption apply_rate;
ApplyOption apply_strategies;
ApplyOption apply_peers;
ApplyOption apply_peer_timeout;
ApplyOption apply_warm_ups;
ApplyOption apply_thresholds;
ApplyOption apply_loops;
ApplyOption apply_engine;
ApplyOption apply_connect_timeout;
ApplyOption apply_timeout;
ApplyOption apply_retries;
ApplyOption apply_confirm;
ApplyOption apply_no_canaries;
ApplyOption apply_exclude;
ApplyOption apply_allow_private;
ApplyOption apply_per_address;
ApplyOption apply_per_network;
ApplyOption apply_run;
ApplyOption apply_no_run;
ApplyOption apply_resume;
ApplyOption apply_shown_target;
ApplyOption apply_fault;
ApplyOption apply_resolver;
ApplyOption apply_dns_timeout;
ApplyOption apply_ipv4;
ApplyOption apply_ipv6;
ApplyOption apply_all_addresses;
ApplyOption apply_happy_eyeballs;
ApplyOption apply_output;
ApplyOption apply_jsonl;
ApplyOption apply_csv;
ApplyOption apply_format;
ApplyOption apply_ordered;
ApplyOption apply_quiet;
ApplyOption apply_verbose;
ApplyOption apply_dry_run;
ApplyOption apply_world;
ApplyOption apply_seed;
ApplyOption apply_rounds;
ApplyOption apply_report_json;
ApplyOption apply_report_markdown;
ApplyOption apply_table_json;
ApplyOption apply_names;
ApplyOption apply_truth;
ApplyOption apply_urls;
ApplyOption apply_listen;
ApplyOption apply_tls;
ApplyOption apply_authority;
ApplyOption apply_log;

// What an overlap is asked for, and a number server: overlap_effects.cc.
ApplyOption apply_server;
ApplyOption apply_ask;
ApplyOption apply_work;
ApplyOption apply_compute;
ApplyOption apply_slice;
ApplyOption apply_overlap_world;
ApplyOption apply_numbers;
ApplyOption apply_samples;
// What a write is asked for: write_effects.cc.
ApplyOption apply_from;
ApplyOption apply_from_tar;
ApplyOption apply_size;
ApplyOption apply_name_bytes;
ApplyOption apply_fan_out;
ApplyOption apply_overwrite;
ApplyOption apply_atomic;
ApplyOption apply_sync;
ApplyOption apply_verify;
ApplyOption apply_clean;
ApplyOption apply_page;
ApplyOption apply_trace;

// What a fetch is asked for: request_effects.cc.
ApplyOption apply_url;
ApplyOption apply_request;
ApplyOption apply_header;
ApplyOption apply_data;
ApplyOption apply_data_binary;
ApplyOption apply_head;
ApplyOption apply_location;
ApplyOption apply_max_redirs;
ApplyOption apply_user;
ApplyOption apply_cookie;
ApplyOption apply_user_agent;
ApplyOption apply_compressed;
ApplyOption apply_http11;
ApplyOption apply_http2;
ApplyOption apply_insecure;
ApplyOption apply_cacert;
ApplyOption apply_cert;
ApplyOption apply_key;
ApplyOption apply_proxy;
ApplyOption apply_save;
ApplyOption apply_match;
ApplyOption apply_filter;
ApplyOption apply_hash;
ApplyOption apply_title;
ApplyOption apply_fail;
ApplyOption apply_max_body;
ApplyOption apply_variable;
ApplyOption apply_secret;
ApplyOption apply_keep_going;
ApplyOption apply_idempotent;
ApplyOption apply_repeat;
ApplyOption apply_duration;
ApplyOption apply_report_junit;
ApplyOption apply_report_tap;
ApplyOption apply_resolve_timeout;
ApplyOption apply_tls_timeout;
ApplyOption apply_answer_timeout;
ApplyOption apply_idle_timeout;

}  // namespace atonce
