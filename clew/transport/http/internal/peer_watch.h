// SPDX-License-Identifier: Apache-2.0
#pragma once

// Notices, while a handler has a connection's request, that the peer has hung up, so that nobody
// goes on answering. What the peer pipelines meanwhile is read as far as there is room; without
// room only a reset is noticed. A peer that has shut its own side may still want the answer or may
// have gone, the bytes are the same: it gets kHalfClosedMax.
//
// Threads: everything on the thread of the socket's io_context.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace boost::asio {
class any_io_executor;
template <typename Protocol, typename Executor>
class basic_stream_socket;
namespace ip {
class tcp;
}
}  // namespace boost::asio

namespace clew::transport {

// The connection, as its watch sees it.
class WatchedPeer {
public:
    virtual ~WatchedPeer() = default;

    // Where input may be read to; stays until the watch ends. Empty: there is no room.
    virtual std::span<char> input_room() = 0;
    virtual void input_received(std::size_t size) = 0;
    virtual void peer_gone() = 0;
};

class PeerWatch {
public:
    using Socket =
        boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::any_io_executor>;

    static constexpr std::chrono::milliseconds kHalfClosedMax{250};

    // Requires: socket outlives the watch.
    explicit PeerWatch(Socket& socket);
    ~PeerWatch();
    PeerWatch(const PeerWatch&) = delete;
    PeerWatch& operator=(const PeerWatch&) = delete;

    // Requires: the watch and its socket are part of the peer.
    void begin(std::shared_ptr<WatchedPeer> peer);
    // The answer is there, or the connection has ended. Idempotent.
    void end();

private:
    struct Timer;  // keeps Asio out of this header

    void wait(std::shared_ptr<WatchedPeer> peer);
    void look(std::shared_ptr<WatchedPeer> peer);
    void wait_half_closed(std::shared_ptr<WatchedPeer> peer);

    Socket& socket_;
    std::uint64_t number_ = 0;      // of the watch that goes on; ends and begins count up
    bool waits_for_reset_ = false;  // there was no room for input
    std::unique_ptr<Timer> half_closed_;
};

}  // namespace clew::transport
