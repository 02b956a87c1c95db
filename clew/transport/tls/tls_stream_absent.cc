// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "clew/transport/tls/tls_stream.h"

namespace clew::transport {
namespace {

Error absent() {
    return {
        Code::unsupported,
        "https is not in this build (CLEW_TLS): give an http:// or scribe:// address"};
}

}  // namespace

struct TlsStream::Session {};

Expected<void> check(const TlsOptions&) { return absent(); }

TlsStream::TlsStream(const Interrupt& interrupt, TlsOptions options)
    : options_(std::move(options)), tcp_(interrupt) {}

TlsStream::~TlsStream() = default;

Expected<void> TlsStream::connect(const HostPort&, const Deadline&, std::chrono::milliseconds) {
    return absent();
}

Expected<bool> TlsStream::write(std::string_view, const Deadline&) { return absent(); }

Expected<std::size_t> TlsStream::read(std::span<char>, const Deadline&) { return absent(); }

bool TlsStream::is_quiet() noexcept { return false; }

void TlsStream::close() noexcept {}

bool TlsStream::has_resumed() const noexcept { return false; }

}  // namespace clew::transport
