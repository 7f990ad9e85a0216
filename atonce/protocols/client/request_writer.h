#pragma once

#include "atonce/protocols/client/request_head.h"

namespace atonce {

/// Writes the requests of a client, one after another. Most differ in their URLs alone: what stands behind the Host
/// field of the last one is kept, and serves again where method, fields and options are the same.
class RequestWriter {
 public:
  explicit RequestWriter(const ClientSettings& settings) : settings_(settings) {}

  /// The head of a request behind `out`, for HTTP/1.1. Complains of what must not go over the wire.
  Parsed<void> append(std::string& out, const HttpRequest& request, const RequestOptions& options, const Proxy* via,
                      BodyFraming framing);
  /// The same as a value, until the next call.
  const RequestHead& head(const HttpRequest& request, const RequestOptions& options, const Proxy* via);

 private:
  bool serves_again(const HttpRequest& request, const RequestOptions& options) const;

  const ClientSettings& settings_;
  RequestHead head_;
  std::string method_;  ///< of the kept text; empty: there is none
  Fields fields_;
  bool decode_ = false;
  std::string tail_;
};

}  // namespace atonce
