#pragma once

#include <string_view>

#include "atonce/jobs/hurl/value.h"
#include "atonce/model/result.h"

namespace atonce::hurl {

enum class Markup : std::uint8_t { html, xml };

/// What an XPath 1.0 expression gives in a document: a string, a number, a truth value or nodes. Prefixes that the root
/// element declares are known, and "_" for its default namespace. Complains of documents that cannot be read and of
/// expressions that are none. No network, no files, no entities from outside; documents of 32 MiB at most. Source:
/// XPath 1.0, libxml2.
Parsed<Value> evaluate_xpath(std::string_view document, Markup markup, std::string_view expression);

/// "&eacute;", "&#233;" and "&#xe9;" become the character; names are those of HTML 4, others stay as they are.
std::string unescape_html(std::string_view text);

}  // namespace atonce::hurl
