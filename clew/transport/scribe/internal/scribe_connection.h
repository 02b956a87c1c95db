// SPDX-License-Identifier: Apache-2.0
#pragma once

// One client of the scribe server: reads frames, has them answered, and writes the answers in the
// order of the frames. Driven by a plain loop over what can be done now, so pipelined calls neither
// nest nor overtake each other.
//
// Threads: everything on the thread of its io_context; answers from elsewhere are posted there.

#include <cstdint>
#include <memory>

#include "clew/transport/connection.h"
#include "clew/transport/scribe/scribe_server.h"

namespace clew::transport {

// What the connections of one server share.
struct ScribeService {
    ScribeServerOptions options;
    ByteBudget& budget;
    LogHandler handler;
    std::shared_ptr<ScribeServerMetrics> metrics;
    std::int64_t alive_since_seconds = 0;
};

std::shared_ptr<Connection> make_scribe_connection(
    AcceptedSocket socket, std::shared_ptr<const ScribeService> service
);

}  // namespace clew::transport
