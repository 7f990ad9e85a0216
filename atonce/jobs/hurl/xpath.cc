// The door to libxml2.

#include "atonce/jobs/hurl/xpath.h"

#include <fmt/format.h>
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "atonce/jobs/hurl/text.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

constexpr std::size_t document_bytes_max = 32 << 20;
constexpr std::size_t expression_bytes_max = 64 << 10;
constexpr std::size_t texts_bytes_max = 64 << 20;
constexpr unsigned long operations_max = 20'000'000;

struct Release {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
  void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
  void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
  void operator()(xmlChar* text) const { xmlFree(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

const xmlChar* as_xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
std::string as_text(const xmlChar* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

void say_nothing(void*, const char*, ...) {}

Owned<xmlDoc> read(std::string_view text, Markup markup) {
  const int size = static_cast<int>(text.size());
  if (markup == Markup::html)
    return Owned<xmlDoc>(
        htmlReadMemory(text.data(), size, nullptr, "UTF-8",
                       HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET));
  return Owned<xmlDoc>(xmlReadMemory(text.data(), size, nullptr, nullptr,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA));
}

void declare_namespaces(xmlXPathContext* context, xmlDoc* document) {
  const xmlNode* const root = xmlDocGetRootElement(document);
  for (const xmlNs* ns = root ? root->nsDef : nullptr; ns != nullptr; ns = ns->next)
    if (ns->href != nullptr) xmlXPathRegisterNs(context, ns->prefix ? ns->prefix : as_xml("_"), ns->href);
}

/// Nothing when their texts are more than is held.
std::optional<Value> nodes_of(const xmlNodeSet* set) {
  NodeSet nodes;
  std::size_t bytes = 0;
  for (int i = 0; set != nullptr && i < set->nodeNr; ++i) {
    nodes.texts.push_back(as_text(Owned<xmlChar>(xmlXPathCastNodeToString(set->nodeTab[i])).get()));
    bytes += nodes.texts.back().size() + sizeof(std::string);
    if (bytes > texts_bytes_max) return std::nullopt;
  }
  return Value{std::move(nodes)};
}

Value number_of(double number) {
  constexpr double exact_max = 9007199254740992;  // 2^53: an integer up to here is one of 64 bits
  if (std::floor(number) == number && std::abs(number) <= exact_max)
    return integer_value(static_cast<std::int64_t>(number));
  return {number};
}

/// The character of "#233", "#xe9" or "eacute"; 0: there is none.
char32_t character_of(std::string_view name) {
  unsigned code = 0;
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    if (hex) name.remove_prefix(1);
    const auto end = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    return end.ec == std::errc() && end.ptr == name.data() + name.size() ? code : 0;
  }
  const htmlEntityDesc* const entity = htmlEntityLookup(as_xml(std::string(name).c_str()));
  return entity ? entity->value : name == "apos" ? U'\'' : 0;
}

}  // namespace

Parsed<Value> evaluate_xpath(std::string_view document, Markup markup, std::string_view expression) {
  const auto refuse = [&](std::string_view why) {
    return complain(fmt::format("the XPath \"{}\" {}", escape_for_terminal(cut_at_character(expression, 200)), why));
  };
  if (document.size() > document_bytes_max) return complain("the document is larger than 32 MiB, and is not searched");
  if (expression.size() > expression_bytes_max) return complain("the XPath is longer than 64 KiB");
  if (expression.find('\0') != expression.npos) return refuse("has a NUL byte");
  xmlInitParser();
  xmlSetGenericErrorFunc(nullptr, say_nothing);  // it would print; each thread has its own
  const Owned<xmlDoc> parsed = read(document, markup);
  if (!parsed || xmlDocGetRootElement(parsed.get()) == nullptr)
    return complain(markup == Markup::xml ? "it is no XML" : "it is no HTML");
  if (parsed->intSubset != nullptr && parsed->intSubset->entities != nullptr)
    return complain("the document declares entities, which could grow without an end, and is not searched");
  const Owned<xmlXPathContext> context(xmlXPathNewContext(parsed.get()));
  if (!context) throw std::bad_alloc();
  context->opLimit = operations_max;
  context->error = [](void*, xmlError*) {};
  declare_namespaces(context.get(), parsed.get());
  const Owned<xmlXPathObject> found(xmlXPathEval(as_xml(std::string(expression).c_str()), context.get()));
  if (!found)
    return refuse(context->lastError.code == XML_XPATH_EXPRESSION_OK ? "cannot be evaluated"
                                                                     : "is none, or asks too much");
  switch (found->type) {
    case XPATH_STRING: return text_value(as_text(found->stringval));
    case XPATH_BOOLEAN: return Value{found->boolval != 0};
    case XPATH_NUMBER: return number_of(found->floatval);
    case XPATH_NODESET:
      if (std::optional<Value> nodes = nodes_of(found->nodesetval)) return std::move(*nodes);
      return refuse("selects more text than is held");
    default: return refuse("gives nothing that can be looked at");
  }
}

std::string unescape_html(std::string_view text) {
  constexpr std::size_t name_bytes_max = 32;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('&'), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t end = text.substr(0, name_bytes_max).find(';');
    const char32_t code = end == text.npos ? 0 : character_of(text.substr(1, end - 1));
    const bool known = code != 0 && append_utf8(out, code);
    if (!known) out += '&';
    text.remove_prefix(known ? end + 1 : 1);
  }
  return out;
}

}  // namespace atonce::hurl
