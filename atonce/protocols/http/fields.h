#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atonce {

/// A field line of a head or of trailers: RFC 9110 5.
struct Field {
  std::string_view name;   ///< as it was sent
  std::string_view value;  ///< without the white space around it

  friend bool operator==(const Field&, const Field&) = default;
};

/// Equal but for the case of ASCII letters.
bool equal_but_case(std::string_view one, std::string_view other);

/// The fields of a head, in their order, with their names as they were sent; look-up does not care about case.
///
/// All text lies in one buffer, fields are places in it: filling one again after `clear` allocates nothing. Views stay
/// valid until the next change. Names and values are taken as they are: writers check them, readers have checked them.
class Fields {
  struct Place {
    std::uint32_t name_at, name_size, value_at, value_size;
  };

 public:
  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Field operator*() const { return fields_->at(index_); }
    Iterator& operator++() { return ++index_, *this; }
    Iterator operator++(int) { return Iterator(fields_, index_++); }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend class Fields;
    Iterator(const Fields* fields, std::size_t index) : fields_(fields), index_(index) {}
    const Fields* fields_ = nullptr;
    std::size_t index_ = 0;
  };

  using value_type = Field;
  using const_iterator = Iterator;

  Fields() = default;
  Fields(std::initializer_list<Field> fields);

  void add(std::string_view name, std::string_view value);
  /// Removes every field of the name and adds one.
  void set(std::string_view name, std::string_view value);
  /// Returns how many there were.
  std::size_t remove(std::string_view name);
  void clear();

  /// The first of the name.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::size_t count(std::string_view name) const;
  /// Every value of the name, in order.
  std::vector<std::string_view> all(std::string_view name) const;
  /// Every value of the name as one list, "a, b": RFC 9110 5.3. Not for Set-Cookie.
  std::string joined(std::string_view name) const;

  Field at(std::size_t index) const;
  std::size_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, places_.size()}; }

  friend bool operator==(const Fields& one, const Fields& other);

 private:
  friend class HeadText;
  std::string text_;
  std::vector<Place> places_;
};

/// True when one element of the comma-separated `list` is `token`, whatever its case: "close" in "Close, te".
bool list_has(std::string_view list, std::string_view token);
/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

}  // namespace atonce
