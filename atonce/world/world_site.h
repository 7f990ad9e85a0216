#pragma once

#include <string_view>

#include "atonce/protocols/tls/authority.h"
#include "atonce/world/profile.h"
#include "atonce/world/web/web_request.h"
#include "atonce/world/web/web_response.h"
#include "atonce/world/web/web_service.h"

namespace atonce {

/// Where `moved` names lead.
inline constexpr std::string_view welcome_path = "/welcome";

/// A path that the built-in server has no route for, or `/`: what a name shows there is its own web fate. The others
/// answer as in `atonce serve`, under every name.
bool is_page_of_the_name(std::string_view path);

/// What the host of the request's name answers.
WebResponse answer_world_request(const WorldSpec& spec, const WebRequest& request);

/// Chooses a certificate for the name a client asks for, right or wrong as its web fate has it.
Parsed<CredentialsChooser> choose_in_world(const WorldSpec& spec, const Authority& authority);

}  // namespace atonce
