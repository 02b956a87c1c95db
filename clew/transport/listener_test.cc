// SPDX-License-Identifier: Apache-2.0
// Goal: peers are accepted up to the limit, told when they are one too many, and let go in order
// when the server ends. Method: real sockets on a free port, and a protocol that answers each byte.
#include "clew/transport/listener.h"

#include <array>
#include <atomic>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"

namespace clew::transport {
namespace {

using boost::asio::ip::tcp;
using clew::testing::becomes_true;

// Sends back what it reads. finish() waits for `busy` to end; deadlines are counted.
struct EchoConnection : Connection, std::enable_shared_from_this<EchoConnection> {
    struct Seen {
        std::atomic<int> deadline_checks{0};
        std::atomic<int> finishes{0};
        std::atomic<bool> stays_when_finished{false};
    };

    EchoConnection(AcceptedSocket accepted, Seen& what)
        : slot(std::move(accepted.slot)),
          socket(*accepted.context, accepted.is_ipv6 ? tcp::v6() : tcp::v4(), accepted.descriptor),
          seen(what) {}

    void start() override {
        socket.async_read_some(
            boost::asio::buffer(byte),
            [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                if (error) return;
                boost::asio::write(self->socket, boost::asio::buffer(self->byte, size));
                self->start();
            }
        );
    }
    void check_deadlines(std::chrono::steady_clock::time_point) override { ++seen.deadline_checks; }
    void finish() override {
        ++seen.finishes;
        if (!seen.stays_when_finished) close();
    }
    void close() override {
        boost::system::error_code ignored;
        socket.close(ignored);
    }

    std::unique_ptr<ConnectionSlot> slot;
    tcp::socket socket;
    Seen& seen;
    std::array<char, 64> byte{};
};

class ListenerTest : public ::testing::Test {
protected:
    std::unique_ptr<Listener> open(const ListenerOptions& options) {
        Expected<std::unique_ptr<Listener>> listener =
            Listener::open(loop_, options, [this](AcceptedSocket socket) {
                return std::make_shared<EchoConnection>(std::move(socket), seen_);
            });
        EXPECT_TRUE(listener.has_value());
        (*listener)->start();
        return std::move(*listener);
    }

    void SetUp() override { ASSERT_TRUE(loop_.start().has_value()); }

    tcp::socket connect(const Listener& listener) {
        tcp::socket socket(client_);
        socket.connect({boost::asio::ip::make_address(listener.address()), listener.port()});
        return socket;
    }

    static std::string echo(tcp::socket& socket, std::string text) {
        boost::asio::write(socket, boost::asio::buffer(text));
        return read_all(socket, text.size());
    }

    // Up to `size` bytes; fewer when the peer hangs up.
    static std::string read_all(tcp::socket& socket, std::size_t size) {
        std::string text(size, '\0');
        boost::system::error_code error;
        text.resize(boost::asio::read(socket, boost::asio::buffer(text), error));
        return text;
    }

    EchoConnection::Seen seen_;
    EventLoop loop_{2};
    boost::asio::io_context client_;
};

// The descriptor on which this program listens at the port.
int listening_descriptor(std::uint16_t port) {
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        int listens = 0;
        socklen_t listens_size = sizeof listens;
        if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) == 0 &&
            listens != 0 &&
            ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
            ntohs(address.sin_port) == port) {
            return descriptor;
        }
    }
    return -1;
}

TEST_F(ListenerTest, says_that_it_is_broken_when_its_socket_has_gone) {
    std::unique_ptr<Listener> listener = open({});
    tcp::socket peer = connect(*listener);
    EXPECT_EQ(echo(peer, "a"), "a");
    EXPECT_FALSE(listener->counts().is_broken);
    const int descriptor = listening_descriptor(listener->port());
    ASSERT_GE(descriptor, 0);
    ::shutdown(descriptor, SHUT_RDWR);
    EXPECT_TRUE(becomes_true([&] { return listener->counts().is_broken; }));
    EXPECT_EQ(echo(peer, "b"), "b");
}

TEST_F(ListenerTest, accepts_peers_on_a_free_port_and_counts_them) {
    std::unique_ptr<Listener> listener = open({});
    EXPECT_NE(listener->port(), 0);
    EXPECT_EQ(listener->address(), "127.0.0.1");
    tcp::socket first = connect(*listener);
    tcp::socket second = connect(*listener);
    EXPECT_EQ(echo(first, "a"), "a");
    EXPECT_EQ(echo(second, "b"), "b");
    EXPECT_EQ(listener->counts().accepted, 2u);
    EXPECT_EQ(listener->counts().open, 2u);
    first.close();
    EXPECT_TRUE(becomes_true([&] { return listener->counts().open == 1; }));
}

TEST_F(ListenerTest, listens_on_ipv6_and_takes_ipv4_peers_there_too) {
    ListenerOptions options;
    options.address = "::";
    std::unique_ptr<Listener> listener = open(options);
    tcp::socket socket(client_);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), listener->port()});
    EXPECT_EQ(echo(socket, "x"), "x");
}

TEST_F(ListenerTest, says_in_one_sentence_that_a_port_is_in_use) {
    std::unique_ptr<Listener> listener = open({});
    ListenerOptions options;
    options.port = listener->port();
    Expected<std::unique_ptr<Listener>> second = Listener::open(loop_, options, {});
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Code::address_in_use);
    EXPECT_EQ(
        second.error().message,
        "127.0.0.1:" + std::to_string(options.port) + " is in use by another program"
    );
}

TEST_F(ListenerTest, refuses_an_address_that_is_none) {
    ListenerOptions options;
    options.address = "collector.example";
    Expected<std::unique_ptr<Listener>> listener = Listener::open(loop_, options, {});
    ASSERT_FALSE(listener.has_value());
    EXPECT_EQ(listener.error().code, Code::invalid_argument);
}

TEST_F(ListenerTest, refuses_an_address_that_belongs_to_another_machine) {
    ListenerOptions options;
    options.address = "192.0.2.1";
    Expected<std::unique_ptr<Listener>> listener = Listener::open(loop_, options, {});
    ASSERT_FALSE(listener.has_value());
    EXPECT_NE(listener.error().message.find("listening on 192.0.2.1:0"), std::string::npos);
}

TEST_F(ListenerTest, tells_a_peer_that_is_one_too_many_and_closes) {
    ListenerOptions options;
    options.connections_max = 1;
    options.refusal = "full\n";
    std::unique_ptr<Listener> listener = open(options);
    tcp::socket first = connect(*listener);
    EXPECT_EQ(echo(first, "a"), "a");
    tcp::socket second = connect(*listener);
    boost::asio::write(second, boost::asio::buffer(std::string("never read")));
    EXPECT_EQ(read_all(second, 100), "full\n");
    EXPECT_EQ(listener->counts().refused, 1u);
    EXPECT_EQ(echo(first, "still served"), "still served");
    first.close();
    EXPECT_TRUE(becomes_true([&] { return listener->counts().open == 0; }));
    tcp::socket third = connect(*listener);
    EXPECT_EQ(echo(third, "c"), "c");
}

TEST_F(ListenerTest, closes_a_peer_too_many_without_a_word_when_the_protocol_has_none) {
    ListenerOptions options;
    options.connections_max = 1;
    std::unique_ptr<Listener> listener = open(options);
    tcp::socket first = connect(*listener);
    EXPECT_EQ(echo(first, "a"), "a");
    tcp::socket second = connect(*listener);
    EXPECT_EQ(read_all(second, 1), "");
}

TEST_F(ListenerTest, lets_a_refused_peer_that_stays_go_after_a_moment) {
    ListenerOptions options;
    options.connections_max = 0;
    options.refusal = "full\n";
    std::unique_ptr<Listener> listener = open(options);
    tcp::socket peer = connect(*listener);
    EXPECT_EQ(read_all(peer, 5), "full\n");
    boost::asio::write(peer, boost::asio::buffer(std::string("I stay")));
    EXPECT_TRUE(becomes_true([&] {
        boost::system::error_code error;
        boost::asio::write(peer, boost::asio::buffer(std::string("x")), error);
        return error.failed();
    }));
}

// Takes every descriptor that this process may have while it lives.
class NoDescriptors {
public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        // The lowest free number is given: after many, there is no gap below the last one.
        for (int& descriptor : taken_) descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        const rlimit full{static_cast<rlim_t>(taken_.back()) + 1, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &full);
    }
    ~NoDescriptors() {
        ::setrlimit(RLIMIT_NOFILE, &before_);
        for (const int descriptor : taken_) ::close(descriptor);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
    std::array<int, 100> taken_{};
};

TEST_F(ListenerTest, tells_peers_that_no_descriptor_is_left) {
    std::atomic<int> reports = 0;
    ListenerOptions options;
    options.refusal = "full\n";
    options.on_accept_error = [&](const Error&) { ++reports; };
    std::unique_ptr<Listener> listener = open(options);
    tcp::socket first = connect(*listener);
    EXPECT_EQ(echo(first, "a"), "a");
    const tcp::endpoint address(boost::asio::ip::make_address("127.0.0.1"), listener->port());
    {
        std::vector<tcp::socket> peers;
        for (int i = 0; i < 3; ++i) peers.emplace_back(client_, tcp::v4());
        const NoDescriptors none;
        for (tcp::socket& peer : peers) {
            peer.connect(address);
            EXPECT_EQ(read_all(peer, 100), "full\n");
        }
        EXPECT_EQ(echo(first, "still served"), "still served");
    }
    EXPECT_GE(listener->counts().accept_errors, 3u);
    EXPECT_EQ(listener->counts().refused, 3u);
    EXPECT_EQ(reports, 1);
    tcp::socket late = connect(*listener);
    EXPECT_EQ(echo(late, "b"), "b");
}

TEST_F(ListenerTest, asks_connections_to_look_at_their_deadlines) {
    std::unique_ptr<Listener> listener = open({});
    tcp::socket peer = connect(*listener);
    EXPECT_TRUE(becomes_true([&] { return seen_.deadline_checks >= 2; }));
}

TEST_F(ListenerTest, finishes_when_every_connection_has_ended) {
    std::unique_ptr<Listener> listener = open({});
    tcp::socket peer = connect(*listener);
    EXPECT_EQ(echo(peer, "a"), "a");
    EXPECT_TRUE(listener->finish(std::chrono::seconds(10)));
    EXPECT_EQ(seen_.finishes, 1);
    EXPECT_EQ(read_all(peer, 1), "");
    boost::system::error_code error;
    tcp::socket late(client_);
    late.connect({boost::asio::ip::make_address("127.0.0.1"), listener->port()}, error);
    EXPECT_TRUE(error.failed());
}

TEST_F(ListenerTest, cuts_off_what_has_not_ended_in_time) {
    seen_.stays_when_finished = true;
    std::unique_ptr<Listener> listener = open({});
    tcp::socket peer = connect(*listener);
    EXPECT_EQ(echo(peer, "a"), "a");
    EXPECT_FALSE(listener->finish(std::chrono::milliseconds(50)));
    EXPECT_EQ(read_all(peer, 1), "");
    EXPECT_TRUE(becomes_true([&] { return listener->counts().open == 0; }));
}

TEST_F(ListenerTest, closes_its_connections_when_it_ends) {
    std::unique_ptr<Listener> listener = open({});
    tcp::socket peer = connect(*listener);
    EXPECT_EQ(echo(peer, "a"), "a");
    listener.reset();
    EXPECT_EQ(read_all(peer, 1), "");
}

TEST(Listener, may_end_before_its_loop_has_started_and_after_it_has_stopped) {
    EventLoop loop(2);
    const auto none = [](AcceptedSocket) { return std::shared_ptr<Connection>(); };
    { EXPECT_TRUE(Listener::open(loop, {}, none).has_value()); }
    Expected<std::unique_ptr<Listener>> listener = Listener::open(loop, {}, none);
    ASSERT_TRUE(listener.has_value());
    (*listener)->start();
    ASSERT_TRUE(loop.start().has_value());
    EXPECT_TRUE((*listener)->finish(std::chrono::seconds(1)));
    loop.stop();
    loop.stop();
    EXPECT_FALSE(loop.is_running());
}

}  // namespace
}  // namespace clew::transport
