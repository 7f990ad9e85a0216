#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/protocols/tls/authority.h"
#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/profile.h"
#include "atonce/world/web/authority_file.h"
#include "atonce/world/web/request_log.h"
#include "atonce/world/web/web_service.h"

namespace atonce {

/// The open hosts of a world as servers of HTTP and HTTPS. Everything is opened before the world's process is forked,
/// and served in it.
class WorldWeb {
 public:
  /// Takes the listeners of all open hosts.
  static Parsed<WorldWeb> open(const WorldSpec& spec, std::vector<OwnedDescriptor> listeners);

  /// The authority of every certificate in this world, as the file that a program inside has to trust.
  AuthorityFile take_authority_file() { return std::move(*authority_file_); }
  /// The descriptors that the serving process must keep.
  std::vector<int> descriptors() const;
  /// In the serving process, once. This object outlives the service.
  Parsed<std::unique_ptr<WebService>> start();

 private:
  WorldWeb(const WorldSpec& spec, Authority authority) : spec_(spec), authority_(std::move(authority)) {}

  WorldSpec spec_;
  Authority authority_;
  std::optional<AuthorityFile> authority_file_;
  std::optional<RequestLog> log_;
  std::vector<OwnedDescriptor> listeners_;
};

}  // namespace atonce
