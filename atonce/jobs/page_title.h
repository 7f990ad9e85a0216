#pragma once

#include <string>
#include <string_view>

namespace atonce {

/// Of a title: longer ones are cut.
inline constexpr std::size_t title_bytes_max = 512;

/// What the first title element of an HTML page says: its character references undone, white space as single spaces,
/// UTF-8. Empty when there is none.
///
/// Looks at no comment, script, style or text area, and holds nothing but the title: a page of any size and any depth
/// costs one pass. `charset` is that of the Content-Type field; without one, a meta element of the page's first 1,024
/// bytes says it; bytes that mean nothing become U+FFFD. Source: WHATWG HTML 4.2.2, 13.2.3.2, 13.2.5.
std::string title_of_page(std::string_view page, std::string_view charset = {});

}  // namespace atonce
