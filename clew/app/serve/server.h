// SPDX-License-Identifier: Apache-2.0
#pragma once

// `clew serve`, put together: receivers, storage, query and page in one process. The order of the
// members of Parts is the wiring diagram: each part uses only those above it, and ends before them.
//
// Threads: from the owner; no loop thread may call it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "clew/app/serve/serve_config.h"
#include "clew/base/expected.h"

namespace clew::app {

class Server {
public:
    // Opens every port and answers from then on. Errors: invalid_argument (a setting),
    // address_in_use, permission_denied, io.
    static Expected<std::unique_ptr<Server>> start(const ServeConfig& config);

    // Cuts off whatever is in flight.
    ~Server();

    // The real ones; scribe_port() is 0 when scribe is off.
    const std::string& address() const;
    std::uint16_t port() const;
    std::uint16_t scribe_port() const;

    // Takes in nothing new and lets what is in flight end. True when nothing had to be cut off.
    bool finish(std::chrono::milliseconds patience);

private:
    struct Parts;

    explicit Server(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace clew::app
