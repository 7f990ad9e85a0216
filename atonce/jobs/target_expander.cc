#include "atonce/jobs/target_expander.h"

#include <utility>

namespace atonce {

TargetExpander::TargetExpander(PortRanges ports) : ports_(std::move(ports)) {
  std::erase_if(ports_, [](const auto& range) { return range.first > range.second; });
  if (ports_.empty()) ports_.emplace_back(443, 443);  // A line without targets would be missing from the account.
  for (const auto& [first, last] : ports_) port_count_ += std::uint64_t{last} - first + 1;
}

// A port of 0 stands for that of the URL.
TargetExpander::TargetExpander(UrlTemplate url_template)
    : ports_{{0, 0}}, url_template_(std::move(url_template)), port_count_(1) {}

void TargetExpander::start_line() {
  const bool own_ports = !line_.complaint.empty() || line_.url || line_.hosts.port != 0;
  targets_ = (line_.url ? 1 : line_.host_count()) * (own_ports ? 1 : port_count_);
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

namespace {

/// The last target takes the line's strings and leaves its old ones, so that buffers go round.
template <class T>
void hand_over(T& to, T& from, bool last) {
  if (last)
    std::swap(to, from);
  else
    to = from;
}

}  // namespace

void TargetExpander::write_target(Target& target, bool last) {
  target.line = line_.number;
  target.complaint = line_.complaint;
  target.address = IpAddress::none();
  target.port = 0;
  target.url.clear();
  target.userinfo.clear();
  hand_over(target.input, line_.input, last);
  hand_over(target.columns, line_.columns, last);
  if (!target.valid())
    target.host.clear();
  else if (line_.url)
    take_url(target, std::move(*line_.url));
  else
    write_host(target, last);
}

void TargetExpander::write_host(Target& target, bool last) {
  target.port = static_cast<std::uint16_t>(port_);
  if (line_.hosts.addresses == 0) {
    hand_over(target.host, line_.hosts.name, last);
  } else {
    target.address = address_after(line_.hosts.first, host_);
    target.host.clear();
    append_address(target.host, target.address);
  }
  if (url_template_) write_url_of(target);
}

void TargetExpander::write_url_of(Target& target) {
  Parsed<Url> url = url_template_->fill(target.host, target.port);
  if (url) return take_url(target, std::move(*url));
  target.complaint = std::move(url.error().text);
  target.host.clear();
  target.address = IpAddress::none();
  target.port = 0;
}

void TargetExpander::take_url(Target& target, Url&& url) {
  target.url = write_url(url);
  if (url.has_userinfo()) target.userinfo = url.user + ":" + url.password;
  target.host = std::move(url.host);
  target.address = url.address;
  target.port = url.port;
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
