#include "atonce/jobs/target_expander.h"

#include <utility>

namespace atonce {

TargetExpander::TargetExpander(PortRanges ports) : ports_(std::move(ports)) {
  std::erase_if(ports_, [](const auto& range) { return range.first > range.second; });
  if (ports_.empty()) ports_.emplace_back(443, 443);  // A line without targets would be missing from the account.
  for (const auto& [first, last] : ports_) port_count_ += std::uint64_t{last} - first + 1;
}

void TargetExpander::start_line() {
  const bool own_ports = !line_.complaint.empty() || line_.hosts.port != 0;
  targets_ = line_.host_count() * (own_ports ? 1 : port_count_);
  given_ = 0;
  host_ = 0;
  range_ = 0;
  port_ = own_ports ? line_.hosts.port : ports_.front().first;
}

bool TargetExpander::next(Target& target) {
  if (given_ == targets_) return false;
  write_target(target, ++given_ == targets_);
  advance();
  return true;
}

void TargetExpander::write_target(Target& target, bool last) {
  target.line = line_.number;
  target.complaint = line_.complaint;
  target.address = IpAddress::none();
  target.port = 0;
  // The last target takes the line's strings and leaves its old ones, so that buffers go round.
  const auto hand_over = [last](auto& to, auto& from) {
    if (last)
      std::swap(to, from);
    else
      to = from;
  };
  hand_over(target.input, line_.input);
  hand_over(target.columns, line_.columns);
  if (!target.valid()) {
    target.host.clear();
    return;
  }
  target.port = static_cast<std::uint16_t>(port_);
  if (line_.hosts.addresses == 0) {
    hand_over(target.host, line_.hosts.name);
  } else {
    target.address = address_after(line_.hosts.first, host_);
    target.host.clear();
    append_address(target.host, target.address);
  }
}

void TargetExpander::advance() {
  const bool one_port = line_.hosts.port != 0;
  if (!one_port && port_ < ports_[range_].second) {
    ++port_;
    return;
  }
  if (!one_port && range_ + 1 < ports_.size()) {
    ++range_;
  } else {
    ++host_;
    range_ = 0;
  }
  if (!one_port) port_ = ports_[range_].first;
}

}  // namespace atonce
