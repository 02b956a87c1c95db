// SPDX-License-Identifier: Apache-2.0
#pragma once

// File descriptors that a server has for its peers. The soft limit of a shell or a service manager
// is often 1024, of which a server with thousands of connections does not know until it is reached;
// the hard limit is usually far higher and free to take.
//
// Threads: from main(), before the server starts.

#include <cstdint>

namespace clew::app {

// Raises the soft limit of open descriptors to the hard limit. Returns what is in force now.
std::uint64_t raise_descriptor_limit() noexcept;

struct ConnectionLimits {
    std::uint64_t http = 0;
    std::uint64_t scribe = 0;

    bool operator==(const ConnectionLimits&) const = default;
};

// Descriptors that are not connections: sockets that listen, event loops, the log, and peers that
// are being refused.
inline constexpr std::uint64_t kOwnDescriptors = 160;

// `wanted`, or as much of it, in the same proportion, as the descriptors allow; at least one each
// that was wanted.
ConnectionLimits fit_connections(ConnectionLimits wanted, std::uint64_t descriptors) noexcept;

}  // namespace clew::app
