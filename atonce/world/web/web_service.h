#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/protocols/tls/authority.h"
#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/web/request_log.h"
#include "atonce/world/web/web_server.h"

namespace atonce {

/// The credentials to show for the name that a client asks for; each loop has a chooser of its own.
using CredentialsChooser = std::function<std::optional<TlsCredentials>(std::string_view server_name)>;

struct WebServiceOptions {
  unsigned loops = 1;
  std::function<WebResponse(const WebRequest&)> answer;
  /// Makes the chooser of a loop; none: no TLS.
  std::function<Parsed<CredentialsChooser>()> make_chooser;
  std::optional<TlsCredentials> credentials;  ///< where the chooser has none
  std::vector<std::string> alpn{"h2", "http/1.1"};
  RequestLog* log = nullptr;  ///< outlives the service
};

/// The built-in server on threads of its own, one event loop each, all with the same listeners.
class WebService {
 public:
  /// Connections are answered from the moment this returns. Nothing else may read from the listeners.
  static Parsed<std::unique_ptr<WebService>> start(std::vector<OwnedDescriptor> listeners,
                                                   const WebServiceOptions& options);
  ~WebService();
  WebService(const WebService&) = delete;

  /// Answers what was asked, for a second at most, ends every connection, and tells what was served.
  WebCounts stop();

 private:
  struct Loop;
  WebService() = default;
  static Task<void> serve_until_stopped(Loop& loop, WebService& service);

  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> connections_ = 0;
  std::vector<std::unique_ptr<Loop>> loops_;
};

/// Chooses a fresh certificate of an authority for each name; for the address where there is none.
Parsed<CredentialsChooser> choose_by_authority(const Authority& authority);

}  // namespace atonce
