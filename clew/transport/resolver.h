// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds the addresses of a peer by its name, within a deadline that the system's resolver does not
// know: a name is looked up by a thread of its own ("clew-resolve"), which exists only for that
// time. When it is not answered in time it is left at it, and the next question for the same name
// takes up its answer, so that there is never more than one. Addresses in digits need no thread.
//
// Threads: one at a time. A look-up that hangs outlives this; nothing of ours waits for it.

#include <memory>
#include <string>

#include <netdb.h>

#include "clew/base/concurrent/worker.h"
#include "clew/base/expected.h"
#include "clew/transport/deadline.h"
#include "clew/transport/host_port.h"
#include "clew/transport/interrupt.h"

namespace clew::transport {

struct AddressListEnd {
    void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListEnd>;

// As getaddrinfo(3), which is the one outside of tests.
using GetAddresses = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

class Resolver {
public:
    // Requires: interrupt outlives this.
    explicit Resolver(const Interrupt& interrupt, GetAddresses get = &getaddrinfo) noexcept
        : interrupt_(interrupt), get_(get) {}
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // At least one address. Errors: unavailable (no such name, no resolver, no thread), timed_out,
    // cancelled (interrupted).
    Expected<AddressList> resolve(const HostPort& peer, const Deadline& deadline);

private:
    struct Lookup;  // shared with the thread

    Expected<void> begin(const HostPort& peer);
    Expected<void> wait(const Deadline& deadline);

    const Interrupt& interrupt_;
    const GetAddresses get_;
    std::shared_ptr<Lookup> lookup_;  // null: none is on its way
    Worker worker_;
};

}  // namespace clew::transport
