// SPDX-License-Identifier: Apache-2.0
#pragma once

// TLS over a sender's connection, for https collectors: a target of its own (clew_transport_tls, on
// OpenSSL), so that nobody else needs that library. The peer's certificate must lead to a trusted
// authority and carry the peer's name; TLS 1.2 at least; a session is taken up again when it can
// be. The handshake is part of connect() and its deadline. A build without CLEW_TLS has the face
// and a clear refusal (tls_stream_absent.cc).
//
// Threads and fork: as transport/stream.h says. A child leaves what it inherited untouched. Exit: a
// program whose first use of OpenSSL is here keeps it to the very end, and runs no handler of
// OPENSSL_atexit(); where another was first, OpenSSL ends with exit() and later attempts fail.

#include <memory>
#include <string>

#include "clew/base/expected.h"
#include "clew/transport/stream.h"
#include "clew/transport/tcp_stream.h"

namespace clew::transport {

struct TlsOptions {
    // A PEM file of the authorities to trust instead of the system's.
    std::string ca_file;
};

// Whether the authorities can be read. Errors: invalid_argument, naming the file; unsupported, when
// https is not in this build.
Expected<void> check(const TlsOptions& options);

class TlsStream final : public Stream {
public:
    // Requires: interrupt outlives this.
    TlsStream(const Interrupt& interrupt, TlsOptions options);
    ~TlsStream() override;

    // Errors beyond Stream's: permission_denied, when the peer is not who it should be.
    Expected<void> connect(
        const HostPort& peer, const Deadline& deadline, std::chrono::milliseconds per_address
    ) override;
    Expected<bool> write(std::string_view bytes, const Deadline& deadline) override;
    Expected<std::size_t> read(std::span<char> into, const Deadline& deadline) override;
    bool is_quiet() noexcept override;
    void close() noexcept override;
    void abandon_in_child() noexcept override { tcp_.abandon_in_child(); }

    // The newest handshake took up the session of an earlier connection.
    bool has_resumed() const noexcept;

private:
    struct Session;  // what OpenSSL knows

    Expected<void> shake_hands(const Deadline& deadline);
    // What OpenSSL has for the peer. Errors as of TcpStream.
    Expected<void> send_pending(const Deadline& deadline);
    // Bytes of the peer for OpenSSL. False at the stream's end.
    Expected<bool> receive(const Deadline& deadline);
    // Takes in what is there without an answer in it (session tickets). False when there is one, or
    // the end.
    bool takes_in_silence(const Deadline& deadline);

    TlsOptions options_;
    TcpStream tcp_;
    std::unique_ptr<Session> session_;
    std::string pending_;  // encrypted, on its way; kept for its capacity
};

}  // namespace clew::transport
