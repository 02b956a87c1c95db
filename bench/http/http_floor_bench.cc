// SPDX-License-Identifier: Apache-2.0
// The floor of http_cost.py: the least that a Beast server can be that still reads whole requests
// and answers 202, as Beast's own examples are written, with the read buffer reserved (a default
// buffer would read 512 bytes at a time and make the floor a poor one). One thread; prints its
// port.

#include <cstdio>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReservedBytes = 64 * 1024;

class FloorConnection : public std::enable_shared_from_this<FloorConnection> {
public:
    explicit FloorConnection(tcp::socket socket) : socket_(std::move(socket)) {
        buffer_.reserve(kReservedBytes);
    }

    void read() {
        request_ = {};
        http::async_read(
            socket_,
            buffer_,
            request_,
            [self = shared_from_this()](error_code error, std::size_t) {
                if (!error) self->answer();
            }
        );
    }

private:
    void answer() {
        response_ = http::response<http::empty_body>(http::status::accepted, request_.version());
        response_.keep_alive(request_.keep_alive());
        response_.prepare_payload();
        http::async_write(
            socket_,
            response_,
            [self = shared_from_this()](error_code error, std::size_t) {
                if (!error && self->response_.keep_alive()) self->read();
            }
        );
    }

    tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    http::response<http::empty_body> response_;
};

void accept_all(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](error_code error, tcp::socket socket) {
        if (error) return;
        socket.set_option(tcp::no_delay(true));
        std::make_shared<FloorConnection>(std::move(socket))->read();
        accept_all(acceptor);
    });
}

}  // namespace

int main() {
    asio::io_context context(1);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
    std::fflush(stdout);
    accept_all(acceptor);
    context.run();
}
