// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file descriptor that is closed with its owner: of a peer between accept() and its connection,
// where it may get lost or be refused, and the spare one of a listener. The connection takes it
// over by release().
//
// Threads: a plain value.

#include <string>
#include <utility>

#include "clew/transport/peer_address.h"

namespace clew::transport {

class Descriptor {
public:
    // The next peer that waits at `listening`, non-blocking; `peer` becomes its address. A value
    // below 0 and errno when there is none.
    static Descriptor accept(int listening, PeerAddress& peer) noexcept;

    explicit Descriptor(int value) noexcept : value_(value) {}
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        close();
        value_ = std::exchange(other.value_, -1);
        return *this;
    }
    ~Descriptor() { close(); }

    int value() const noexcept { return value_; }
    int release() noexcept { return std::exchange(value_, -1); }
    void close() noexcept;

    // Says what fits into the socket's buffer, and that nothing follows.
    void refuse(const std::string& text) const noexcept;

private:
    int value_;
};

}  // namespace clew::transport
