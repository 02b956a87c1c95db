// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/tls/internal/tls_peer_fixture.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "clew/base/assert.h"

namespace clew::transport::testing {
namespace {

Key make_key() {
    Key key(EVP_EC_gen("P-256"));
    CLEW_ASSERT(key != nullptr);
    return key;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    CLEW_ASSERT(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

// Unsigned yet, and its own issuer.
Certificate make_certificate(EVP_PKEY* key, const char* name, long from_s, long until_s) {
    static long serial = 0;
    Certificate certificate(X509_new());
    CLEW_ASSERT(certificate != nullptr);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until_s);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* const subject = X509_get_subject_name(certificate.get());
    const auto* const text = reinterpret_cast<const unsigned char*>(name);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    return certificate;
}

class TlsChannel final : public PeerChannel {
public:
    TlsChannel(SSL_CTX* context, int fd) : ssl_(SSL_new(context)) {
        // A sender that says half a record may not hold the server's end for ever.
        const timeval patience{20, 0};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        SSL_set_fd(ssl_, fd);
        SSL_accept(ssl_);  // what fails here fails again below
    }
    ~TlsChannel() override { SSL_free(ssl_); }
    TlsChannel(const TlsChannel&) = delete;
    TlsChannel& operator=(const TlsChannel&) = delete;

    ssize_t receive(char* into, std::size_t size) override {
        return SSL_read(ssl_, into, static_cast<int>(size));
    }
    ssize_t send(const char* bytes, std::size_t size) override {
        return SSL_write(ssl_, bytes, static_cast<int>(size));
    }
    bool has_unread() const override { return SSL_pending(ssl_) > 0; }

private:
    SSL* const ssl_;
};

}  // namespace

void TlsObjectEnd::operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
void TlsObjectEnd::operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
void TlsObjectEnd::operator()(X509* certificate) const noexcept { X509_free(certificate); }

TlsAuthority::TlsAuthority()
    : key_(make_key()),
      certificate_(make_certificate(key_.get(), "clew test authority", -3'600, 3'600)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets as to files
    add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    const char* const folder = std::getenv("TMPDIR");
    ca_file_ = std::string(folder == nullptr ? P_tmpdir : folder) + "/clew-authority-XXXXXX";
    const int fd = mkstemp(ca_file_.data());
    CLEW_ASSERT(fd >= 0);
    std::FILE* const file = fdopen(fd, "w");
    CLEW_ASSERT(PEM_write_X509(file, certificate_.get()) == 1);
    std::fclose(file);
}

TlsAuthority::~TlsAuthority() { unlink(ca_file_.c_str()); }

MakeChannel TlsAuthority::make_channel(const TlsServerOptions& options) const {
    const Key key = make_key();
    const Certificate certificate = make_certificate(
        key.get(), "clew test collector", options.valid_from_s, options.valid_until_s
    );
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    add_extension(certificate.get(), NID_subject_alt_name, options.names);
    X509_sign(certificate.get(), key_.get(), EVP_sha256());
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), TlsObjectEnd());
    CLEW_ASSERT(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
    CLEW_ASSERT(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
    SSL_CTX_set_session_id_context(
        context.get(), reinterpret_cast<const unsigned char*>("clew"), 4
    );
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), options.version_max);
    if (options.version_max == TLS1_1_VERSION) {
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
    }
    return [context](int fd) { return std::make_unique<TlsChannel>(context.get(), fd); };
}

}  // namespace clew::transport::testing
