#pragma once

#include <string_view>

namespace atonce {

/// A part of the page that the build put into the program; cmake/embed_page.cmake writes the file that defines them.
struct PageAsset {
  std::string_view text;    ///< what stands between the tags, to the byte
  std::string_view sha256;  ///< of it, in 64 hexadecimal digits
};

PageAsset page_script();
PageAsset page_style();

}  // namespace atonce
