#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/name_set.h"
#include "atonce/model/address.h"
#include "atonce/model/result.h"
#include "atonce/model/target.h"

namespace atonce {

/// Addresses in runs. Add, then `sort`, then ask.
class AddressRanges {
 public:
  void add(const IpAddress& first, const IpAddress& last);
  void sort();
  /// In O(log n).
  bool contains(const IpAddress& address) const;
  std::size_t size() const { return ranges_.size(); }

 private:
  struct Range {
    IpAddress first;
    IpAddress last;
  };
  std::vector<Range> ranges_;
};

/// Whom never to bother: those who asked to be left alone, and those whom the user must not touch.
///
/// A file has one entry a line: a name, which stands for itself and everything under it ("*.example.org" is the same as
/// "example.org"); an address; a network ("192.0.2.0/24"); a range ("192.0.2.1-192.0.2.50", "192.0.2.1-50"). What
/// follows a '#' is a comment. Names are normalized as those of a list, so "Bücher.example" excludes
/// "xn--bcher-kva.example". docs/politeness.md tells users the same.
class ExcludeList {
 public:
  /// Of all files together; a million entries have some 20 MiB.
  static constexpr std::size_t bytes_max = 256 << 20;

  /// Reads all of the files. Complaints name the file and the line: a list that cannot be understood is no list, for
  /// what was left out of it would be asked.
  static Parsed<ExcludeList> read(std::span<const std::string> paths);
  /// The same for text already there; `shown` is what complaints call it.
  static Parsed<ExcludeList> parse(std::string_view text, std::string_view shown);

  /// Before anything is asked: the name or literal of the target.
  bool excludes(const Target& target) const {
    return target.address ? excludes(target.address) : excludes(std::string_view(target.host));
  }
  bool excludes(std::string_view name) const { return names_.covers(name); }
  /// Also when the address leads to an excluded IPv4 address: mapped, translated, or 6to4.
  bool excludes(const IpAddress& address) const;

  bool empty() const { return entries() == 0; }
  std::size_t entries() const { return names_.size() + v4_.size() + v6_.size(); }

 private:
  Parsed<void> add_lines(std::string_view text, std::string_view shown);
  Parsed<void> add_entry(std::string_view entry);
  void add_range(const IpAddress& first, const IpAddress& last);
  void sort();

  NameSet names_;
  AddressRanges v4_;
  AddressRanges v6_;
};

}  // namespace atonce
