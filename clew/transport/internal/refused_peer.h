// SPDX-License-Identifier: Apache-2.0
#pragma once

// A peer that was one too many: it is told so and its bytes are thrown away until it hangs up, for
// a moment at most. Closing at once would reset the connection and take the answer away with it.
// Made by the listener only.
//
// Threads: as every Connection.

#include <memory>
#include <string>

#include "clew/transport/connection.h"

namespace clew::transport {

// Takes the socket over.
std::shared_ptr<Connection> make_refused_peer(AcceptedSocket socket, std::string refusal);

}  // namespace clew::transport
