// SPDX-License-Identifier: Apache-2.0
#pragma once

// The other side of TLS in tests: an authority that is made when it is asked for, certificates of
// its making, right and wrong, and servers that show them.
//
// Threads: immutable once made.

#include <memory>
#include <string>

#include "clew/transport/testing/peer_connection.h"

using EVP_PKEY = struct evp_pkey_st;
using SSL_CTX = struct ssl_ctx_st;
using X509 = struct x509_st;

namespace clew::transport::testing {

struct TlsObjectEnd {
    void operator()(EVP_PKEY* key) const noexcept;
    void operator()(SSL_CTX* context) const noexcept;
    void operator()(X509* certificate) const noexcept;
};
using Key = std::unique_ptr<EVP_PKEY, TlsObjectEnd>;
using Certificate = std::unique_ptr<X509, TlsObjectEnd>;

struct TlsServerOptions {
    // As a certificate says it: "DNS:localhost,IP:127.0.0.1".
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    long valid_from_s = -3'600;  // from now
    long valid_until_s = 3'600;
    int version_max = 0;  // of TLS, in OpenSSL's numbers; 0: the newest
};

class TlsAuthority {
public:
    // With a new key; its certificate is in a file of the folder for temporary files.
    TlsAuthority();
    ~TlsAuthority();
    TlsAuthority(const TlsAuthority&) = delete;
    TlsAuthority& operator=(const TlsAuthority&) = delete;

    const std::string& ca_file() const noexcept { return ca_file_; }
    // For a LoopbackServer: each of its connections is TLS, with a certificate of this authority.
    MakeChannel make_channel(const TlsServerOptions& options = {}) const;

private:
    Key key_;
    Certificate certificate_;
    std::string ca_file_;
};

}  // namespace clew::transport::testing
