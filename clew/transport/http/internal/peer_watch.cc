// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/peer_watch.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace clew::transport {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct PeerWatch::Timer {
    boost::asio::steady_timer timer;
};

PeerWatch::PeerWatch(Socket& socket) : socket_(socket) {}

PeerWatch::~PeerWatch() = default;

void PeerWatch::begin(std::shared_ptr<WatchedPeer> peer) {
    ++number_;
    wait(std::move(peer));
}

void PeerWatch::end() {
    ++number_;  // what is pending finds another number
    half_closed_.reset();
    if (!waits_for_reset_) return;
    // Nothing but a reset would end it: without this one would be left behind for each request of a
    // peer that pipelines without a pause.
    waits_for_reset_ = false;
    error_code ignored;  // the socket may be closed already, which has ended it
    socket_.cancel(ignored);
}

void PeerWatch::wait(std::shared_ptr<WatchedPeer> peer) {
    waits_for_reset_ = peer->input_room().empty();
    socket_.async_wait(
        waits_for_reset_ ? tcp::socket::wait_error : tcp::socket::wait_read,
        [this, number = number_, kept = std::move(peer)](const error_code& error) mutable {
            if (number != number_) return;
            waits_for_reset_ = false;
            if (error) return kept->peer_gone();
            look(std::move(kept));
        }
    );
}

void PeerWatch::look(std::shared_ptr<WatchedPeer> peer) {
    const std::span<char> room = peer->input_room();
    if (room.empty()) return peer->peer_gone();
    error_code error;
    const std::size_t size =
        socket_.read_some(boost::asio::buffer(room.data(), room.size()), error);
    peer->input_received(size);
    if (!error || error == boost::asio::error::would_block) return wait(std::move(peer));
    if (error == boost::asio::error::eof) return wait_half_closed(std::move(peer));
    peer->peer_gone();
}

void PeerWatch::wait_half_closed(std::shared_ptr<WatchedPeer> peer) {
    half_closed_ = std::make_unique<Timer>(Timer{
        boost::asio::steady_timer(socket_.get_executor(), kHalfClosedMax)});
    half_closed_->timer.async_wait(
        [this, number = number_, kept = std::move(peer)](const error_code& error) {
            if (!error && number == number_) kept->peer_gone();
        }
    );
}

}  // namespace clew::transport
