// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/scribe_server.h"

#include <utility>

#include "clew/transport/scribe/internal/scribe_connection.h"

namespace clew::transport {

Expected<std::unique_ptr<ScribeServer>> ScribeServer::open(
    EventLoop& loop,
    ListenerOptions listener_options,
    const ScribeServerOptions& options,
    ByteBudget& budget,
    LogHandler handler
) {
    auto metrics = std::make_shared<ScribeServerMetrics>();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    auto service = std::make_shared<const ScribeService>(ScribeService{
        options,
        budget,
        std::move(handler),
        metrics,
        std::chrono::duration_cast<std::chrono::seconds>(now).count()});
    Expected<std::unique_ptr<Listener>> listener =
        Listener::open(loop, listener_options, [service](AcceptedSocket socket) {
            return make_scribe_connection(std::move(socket), service);
        });
    if (!listener) return std::move(listener).error();
    return std::unique_ptr<ScribeServer>(new ScribeServer(std::move(*listener), std::move(metrics))
    );
}

}  // namespace clew::transport
