#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atonce/model/result.h"

namespace atonce {

using FormField = std::pair<std::string, std::string>;
/// "a=1&b=2%203": application/x-www-form-urlencoded. Source: WHATWG URL 5; a space becomes %20, as in curl's
/// --data-urlencode.
std::string write_urlencoded(std::span<const FormField> fields);

/// A part of multipart/form-data.
struct FormPart {
  std::string name;
  std::string value;         ///< the content, of a file too
  std::string file_name;     ///< empty: no file
  std::string content_type;  ///< empty: none for a value, application/octet-stream for a file
};

struct MultipartBody {
  std::string content_type;  ///< with its boundary
  std::string body;
};

/// The boundary is one that no part contains, and the same for the same parts. Complains of CR, LF and NUL in a content
/// type. Source: RFC 7578; quotes and line ends in names as WHATWG HTML 4.10.21.8 (%22, %0D, %0A).
Parsed<MultipartBody> write_multipart(std::span<const FormPart> parts);

}  // namespace atonce
