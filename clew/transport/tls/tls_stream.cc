// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/tls/tls_stream.h"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "clew/base/ip_address.h"

namespace clew::transport {
namespace {

constexpr std::size_t kReadBytes = 16'384;  // one record
// Of a message at once: what OpenSSL has encrypted lies in memory until it is sent.
constexpr std::size_t kWriteBytesMax = 64U << 10U;

struct Free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using Context = std::unique_ptr<SSL_CTX, Free>;

std::string openssl_reason() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "no reason given" : reason;
}

Expected<Context> make_context(const TlsOptions& options) {
    // OpenSSL would take itself apart when the program ends, under a thread that still sends.
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
    ERR_clear_error();
    Context context(SSL_CTX_new(TLS_client_method()));
    if (context == nullptr) return Error{Code::unavailable, "OpenSSL: " + openssl_reason()};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_quiet_shutdown(context.get(), 1);
    SSL_CTX_set_session_cache_mode(
        context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
    );
    const bool trusts = options.ca_file.empty()
                            ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                            : SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str()) == 1;
    if (!trusts) {
        ERR_clear_error();
        return Error{
            Code::invalid_argument,
            "no certificates of authorities can be read from '" + options.ca_file + "'"};
    }
    return context;
}

// The name that the certificate has to carry, which is told to the peer as well.
bool expect_name(SSL* ssl, const std::string& host) {
    const IpAddress ip = parse_ip(host);
    if (ip.v4 || ip.v6) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    }
    // As the macro SSL_set_tlsext_host_name() has it, which casts as C does.
    auto* const name = const_cast<char*>(host.c_str());
    return SSL_set1_host(ssl, host.c_str()) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

}  // namespace

struct TlsStream::Session {
    Context context;
    std::unique_ptr<SSL, Free> ssl;  // null: no connection
    BIO* from_peer = nullptr;        // of ssl, which frees them
    BIO* to_peer = nullptr;
    std::unique_ptr<SSL_SESSION, Free> resumable;  // of the newest connection that had one

    bool begin(const std::string& host) {
        ssl.reset(SSL_new(context.get()));
        if (ssl == nullptr) return false;
        from_peer = BIO_new(BIO_s_mem());
        to_peer = BIO_new(BIO_s_mem());
        if (from_peer == nullptr || to_peer == nullptr) {
            BIO_free(from_peer);
            BIO_free(to_peer);
            ssl.reset();
            return false;
        }
        SSL_set_bio(ssl.get(), from_peer, to_peer);
        SSL_set_connect_state(ssl.get());
        if (resumable != nullptr) SSL_set_session(ssl.get(), resumable.get());
        return expect_name(ssl.get(), host);
    }
    void end() {
        if (ssl == nullptr) return;
        SSL_SESSION* const newest = SSL_get1_session(ssl.get());
        if (newest != nullptr && SSL_SESSION_is_resumable(newest) == 1) {
            resumable.reset(newest);
        } else {
            SSL_SESSION_free(newest);
        }
        // Otherwise OpenSSL takes the session for a broken one.
        SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        ssl.reset();
    }
};

Expected<void> check(const TlsOptions& options) {
    const Expected<Context> context = make_context(options);
    if (!context) return context.error();
    return {};
}

TlsStream::TlsStream(const Interrupt& interrupt, TlsOptions options)
    : options_(std::move(options)), tcp_(interrupt), session_(std::make_unique<Session>()) {}

TlsStream::~TlsStream() { close(); }

Expected<void> TlsStream::connect(
    const HostPort& peer, const Deadline& deadline, std::chrono::milliseconds per_address
) {
    close();
    if (session_->context == nullptr) {
        Expected<Context> context = make_context(options_);
        if (!context) return std::move(context).error();
        session_->context = *std::move(context);
    }
    if (Expected<void> done = tcp_.connect(peer, deadline, per_address); !done) return done;
    if (!session_->begin(peer.host)) {
        close();
        return Error{Code::unavailable, "OpenSSL: " + openssl_reason()};
    }
    Expected<void> shaken = shake_hands(deadline);
    if (shaken) return shaken;
    close();
    return std::move(shaken).error().with_context("TLS with " + peer.to_text());
}

Expected<void> TlsStream::shake_hands(const Deadline& deadline) {
    SSL* const ssl = session_->ssl.get();
    for (;;) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl);
        const int reason = SSL_get_error(ssl, result);
        if (Expected<void> sent = send_pending(deadline); !sent) return sent;
        if (result == 1) return {};
        if (reason != SSL_ERROR_WANT_READ) {
            session_->resumable.reset();
            const long verdict = SSL_get_verify_result(ssl);
            if (verdict == X509_V_OK) return Error{Code::unavailable, openssl_reason()};
            ERR_clear_error();
            return Error{Code::permission_denied, X509_verify_cert_error_string(verdict)};
        }
        const Expected<bool> more = receive(deadline);
        if (!more) return more.error();
        if (!*more) return Error{Code::unavailable, "the peer hung up during the handshake"};
    }
}

Expected<void> TlsStream::send_pending(const Deadline& deadline) {
    pending_.resize(BIO_ctrl_pending(session_->to_peer));
    if (pending_.empty()) return {};
    BIO_read(session_->to_peer, pending_.data(), static_cast<int>(pending_.size()));
    std::string_view rest(pending_);
    // What the peer says meanwhile is read later; it never waits for us to read it.
    while (!rest.empty()) {
        const std::size_t before = rest.size();
        if (Expected<void> done = tcp_.write_until_readable(rest, deadline); !done) return done;
        if (rest.size() == before && !takes_in_silence(deadline)) {
            return Error{Code::io, "the peer answered or hung up before it had everything"};
        }
    }
    return {};
}

Expected<bool> TlsStream::receive(const Deadline& deadline) {
    std::array<char, kReadBytes> bytes;
    const Expected<std::size_t> count = tcp_.read(bytes, deadline);
    if (!count) return count.error();
    if (*count > 0) BIO_write(session_->from_peer, bytes.data(), static_cast<int>(*count));
    return *count > 0;
}

bool TlsStream::takes_in_silence(const Deadline& deadline) {
    const Expected<bool> more = receive(deadline);
    if (!more || !*more) return false;
    if (SSL_is_init_finished(session_->ssl.get()) == 0) return true;
    char byte = 0;
    ERR_clear_error();
    const int count = SSL_peek(session_->ssl.get(), &byte, 1);
    return count <= 0 && SSL_get_error(session_->ssl.get(), count) == SSL_ERROR_WANT_READ;
}

Expected<bool> TlsStream::write(std::string_view bytes, const Deadline& deadline) {
    SSL* const ssl = session_->ssl.get();
    while (!bytes.empty()) {
        // Whoever answers early is heard before more is encrypted for it.
        if (!tcp_.is_quiet() && !takes_in_silence(deadline)) return false;
        const std::string_view piece = bytes.substr(0, kWriteBytesMax);
        ERR_clear_error();
        if (SSL_write(ssl, piece.data(), static_cast<int>(piece.size())) <= 0) {
            return Error{Code::io, "TLS: " + openssl_reason()};
        }
        bytes.remove_prefix(piece.size());
        if (Expected<void> sent = send_pending(deadline); !sent) {
            if (sent.error().code == Code::io && SSL_pending(ssl) > 0) return false;
            return std::move(sent).error();
        }
    }
    return true;
}

Expected<std::size_t> TlsStream::read(std::span<char> into, const Deadline& deadline) {
    SSL* const ssl = session_->ssl.get();
    for (;;) {
        ERR_clear_error();
        const int count = SSL_read(ssl, into.data(), static_cast<int>(into.size()));
        if (count > 0) return static_cast<std::size_t>(count);
        const int reason = SSL_get_error(ssl, count);
        if (reason == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
        if (reason != SSL_ERROR_WANT_READ) return Error{Code::io, "TLS: " + openssl_reason()};
        if (Expected<void> sent = send_pending(deadline); !sent) return std::move(sent).error();
        const Expected<bool> more = receive(deadline);
        if (!more) return more.error();
        if (!*more) return std::size_t{0};
    }
}

bool TlsStream::is_quiet() noexcept {
    if (session_->ssl == nullptr || !tcp_.is_ours()) return false;
    if (SSL_pending(session_->ssl.get()) > 0) return false;
    // Session tickets come unasked, after the handshake.
    const Deadline at_once = Deadline::after(std::chrono::milliseconds(0));
    while (!tcp_.is_quiet()) {
        if (!takes_in_silence(at_once)) return false;
    }
    return true;
}

void TlsStream::close() noexcept {
    session_->end();
    tcp_.close();
}

bool TlsStream::has_resumed() const noexcept {
    return session_->ssl != nullptr && SSL_session_reused(session_->ssl.get()) == 1;
}

}  // namespace clew::transport
