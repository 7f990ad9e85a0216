#pragma once

#include <string>
#include <string_view>

namespace atonce {

// Text of unknown origin within the markup of a report. A byte that is not UTF-8 becomes U+FFFD.

/// Within a text or a quoted attribute of XML: what the markup is made of becomes a reference, a tab or the end of a
/// line too, and any other control character U+FFFD, since XML 1.0 has none of them.
std::string xml_text(std::string_view text);

/// A string of YAML in double quotes; control, bidirectional and invisible characters become escapes.
std::string yaml_text(std::string_view text);

/// The description of a test in TAP: "#" and "\" are escaped, and what would end or hide the line becomes U+FFFD.
std::string tap_text(std::string_view text);

}  // namespace atonce
