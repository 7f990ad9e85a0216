# Joins the script and the style of the HTML report, and writes them as C++ with the SHA-256 of exactly what will stand
# between the tags, which its content security policy names.
#
#   cmake -D OUT=page_assets.cc -D LIBRARIES=a.js -D SCRIPTS=b.js,c.js -D STYLES=a.css,b.css -P embed_page.cmake
#
# The bytes stand in the file itself: a compiler cache sees each change of them.

function(join_files result files)
  set(joined "")
  string(REPLACE "," ";" files "${files}")
  foreach(path IN LISTS files)
    file(READ "${path}" text)
    string(TOLOWER "${text}" lower)
    # What HTML would not keep as it is, or take for the end of the element.
    string(ASCII 13 carriage_return)
    foreach(mark "</script" "<script" "</style" "<!--" "${carriage_return}")
      string(FIND "${lower}" "${mark}" found)
      if(NOT found EQUAL -1)
        message(FATAL_ERROR "${path}: \"${mark}\" cannot stand within an element of HTML")
      endif()
    endforeach()
    string(APPEND joined "${text}\n")
  endforeach()
  set(${result} "${joined}" PARENT_SCOPE)
endfunction()

function(write_asset name text)
  set(part "${OUT}.${name}")
  file(WRITE "${part}" "${text}")
  file(SHA256 "${part}" digest)
  file(READ "${part}" bytes HEX)
  file(REMOVE "${part}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  file(APPEND "${OUT}.new" "constexpr unsigned char ${name}_bytes[] = {\n${bytes}};\n")
  file(APPEND "${OUT}.new" "constexpr std::string_view ${name}_digest = \"${digest}\";\n\n")
endfunction()

join_files(libraries "${LIBRARIES}")
join_files(scripts "${SCRIPTS}")
join_files(style "${STYLES}")

file(WRITE "${OUT}.new" "// Written by cmake/embed_page.cmake.\n#include \"atonce/reports/page_assets.h\"\n\nnamespace atonce {\nnamespace {\n\n")
# Ours are one scope: nothing of them is seen from outside.
write_asset(script "${libraries}(() => {\n\"use strict\";\n${scripts}})();\n")
write_asset(style "${style}")
file(APPEND "${OUT}.new" "std::string_view text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

PageAsset page_script() { return {text_of(script_bytes, sizeof script_bytes), script_digest}; }
PageAsset page_style() { return {text_of(style_bytes, sizeof style_bytes), style_digest}; }

}  // namespace atonce
")
file(RENAME "${OUT}.new" "${OUT}")
