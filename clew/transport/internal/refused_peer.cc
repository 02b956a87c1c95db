// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/internal/refused_peer.h"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace clew::transport {

namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::seconds kRefusedLingerMax{1};

class RefusedPeer final : public Connection, public std::enable_shared_from_this<RefusedPeer> {
public:
    RefusedPeer(AcceptedSocket accepted, std::string refusal)
        : slot_(std::move(accepted.slot)),
          socket_(*accepted.context, accepted.is_ipv6 ? tcp::v6() : tcp::v4(), accepted.descriptor),
          refusal_(std::move(refusal)),
          deadline_(std::chrono::steady_clock::now() + kRefusedLingerMax) {}

    void start() override {
        boost::asio::async_write(
            socket_,
            boost::asio::buffer(refusal_),
            [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                if (error) return self->close();
                boost::system::error_code ignored;  // the peer may be gone already
                self->socket_.shutdown(tcp::socket::shutdown_send, ignored);
                self->discard();
            }
        );
    }

    void check_deadlines(std::chrono::steady_clock::time_point now) override {
        if (now >= deadline_) close();
    }

    void finish() override { close(); }

    void close() override {
        boost::system::error_code ignored;  // nothing more can be done with it
        socket_.close(ignored);
    }

private:
    void discard() {
        socket_.async_read_some(
            boost::asio::buffer(discarded_),
            [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                if (error) return self->close();
                self->discard();
            }
        );
    }

    std::unique_ptr<ConnectionSlot> slot_;
    tcp::socket socket_;
    std::string refusal_;
    std::chrono::steady_clock::time_point deadline_;
    std::array<char, 4096> discarded_;
};

}  // namespace

std::shared_ptr<Connection> make_refused_peer(AcceptedSocket socket, std::string refusal) {
    return std::make_shared<RefusedPeer>(std::move(socket), std::move(refusal));
}

}  // namespace clew::transport
