#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atonce/world/web/form.h"
#include "atonce/world/web/web_request.h"
#include "atonce/world/web/web_response.h"

namespace atonce {

/// A request with what its route took from the path and the query.
struct WebCall {
  static constexpr std::size_t variables_max = 3;

  const WebRequest& request;
  std::array<std::string, variables_max> variables;  ///< of the path, in order, decoded
  WebPairs args;                                     ///< of the query

  const std::string& variable(std::size_t i) const { return variables[i]; }
  std::optional<std::string_view> arg(std::string_view name) const { return web_value_of(args, name); }
};

/// A row of the table of what the built-in server serves.
struct WebRoute {
  std::string_view path;     ///< "/bytes/{n}"; a last "{path...}" takes all that is left, which may be empty
  std::string_view methods;  ///< "GET POST"; HEAD goes with GET; OPTIONS is answered for all; empty: any method
  std::string_view help;
  WebResponse (*answer)(const WebCall& call);
};

/// Each group of routes is a table of its own; all of them together are what is served.
std::span<const WebRoute> echo_routes();
std::span<const WebRoute> status_routes();
std::span<const WebRoute> body_routes();
std::span<const WebRoute> redirect_routes();
std::span<const WebRoute> cookie_routes();
std::span<const WebRoute> auth_routes();
std::span<const WebRoute> coding_routes();
std::span<const WebRoute> cache_routes();
std::span<const WebRoute> page_routes();
std::span<const WebRoute> hostile_routes();
std::span<const std::span<const WebRoute>> all_web_routes();

/// The row whose path fits, whatever its methods.
const WebRoute* find_web_route(std::string_view path);

/// Answers a request by the table; 404 and 405 where it has nothing. Never throws for what a request may hold. The
/// fields that every answer has (Access-Control-*) are there; Date, Server and framing are the carrier's.
WebResponse answer_web_request(const WebRequest& request);

}  // namespace atonce
