// SPDX-License-Identifier: Apache-2.0
// Goal: every wait of a connection ends by its deadline, and the socket is only used while it is
// ours. Method: loopback peers; descriptors taken away as a daemonising application does.
#include "clew/transport/tcp_stream.h"

#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/transport/testing/loopback_server.h"

namespace clew::transport {
namespace {

using std::chrono::milliseconds;
using testing::LoopbackServer;
using testing::PeerConnection;

constexpr milliseconds kPatience{10'000};
constexpr milliseconds kSoon{150};

// Descriptor numbers are given out lowest first, so the next socket gets the number of this probe.
int next_descriptor() {
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(fd);
    return fd;
}

class TcpStreamTest : public ::testing::Test {
protected:
    Expected<void> connect(const LoopbackServer& server) {
        return stream_.connect(
            {server.address(), server.port()}, Deadline::after(kPatience), kPatience
        );
    }
    Expected<std::size_t> read(milliseconds time) {
        return stream_.read(bytes_, Deadline::after(time));
    }

    static void echo(PeerConnection& peer) {
        for (std::string bytes = peer.read_some(); !bytes.empty(); bytes = peer.read_some())
            peer.write(bytes);
    }

    Interrupt interrupt_;
    TcpStream stream_{interrupt_};
    char bytes_[100] = {};
};

TEST_F(TcpStreamTest, carries_bytes_both_ways) {
    LoopbackServer server(echo);
    ASSERT_TRUE(connect(server));
    EXPECT_TRUE(*stream_.write("hello", Deadline::after(kPatience)));
    EXPECT_EQ(*read(kPatience), 5U);
    EXPECT_EQ(std::string(bytes_, 5), "hello");
    EXPECT_TRUE(stream_.is_quiet());
}

TEST_F(TcpStreamTest, resolves_a_name) {
    LoopbackServer server(echo);
    EXPECT_TRUE(stream_.connect({"localhost", server.port()}, Deadline::after(kPatience), kPatience)
    );
}

TEST_F(TcpStreamTest, says_which_name_does_not_resolve) {
    const Expected<void> done =
        stream_.connect({"no-such-host.invalid", 9}, Deadline::after(kPatience), kPatience);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::unavailable);
    EXPECT_TRUE(done.error().message.starts_with("resolving no-such-host.invalid: "));
}

TEST_F(TcpStreamTest, says_where_nobody_listens) {
    const std::uint16_t port = LoopbackServer::unused_port();
    const Expected<void> done =
        stream_.connect({"127.0.0.1", port}, Deadline::after(kPatience), kPatience);
    ASSERT_FALSE(done);
    EXPECT_EQ(
        done.error().message,
        "connecting to 127.0.0.1:" + std::to_string(port) + ": connect: Connection refused"
    );
    EXPECT_FALSE(stream_.is_open());
}

TEST_F(TcpStreamTest, stops_reading_at_the_deadline) {
    LoopbackServer server([](PeerConnection& peer) { peer.stay_silent(); });
    ASSERT_TRUE(connect(server));
    EXPECT_EQ(read(kSoon).error().code, Code::timed_out);
}

TEST_F(TcpStreamTest, stops_writing_at_the_deadline_when_the_peer_does_not_read) {
    LoopbackServer server([](PeerConnection& peer) { peer.stay_silent(); });
    ASSERT_TRUE(connect(server));
    const Expected<bool> done = stream_.write(std::string(32U << 20U, 'x'), Deadline::after(kSoon));
    EXPECT_EQ(done.error().code, Code::timed_out);
}

TEST_F(TcpStreamTest, stops_writing_when_the_peer_answers_first) {
    LoopbackServer server([](PeerConnection& peer) {
        peer.write("no");
        peer.stay_silent();
    });
    ASSERT_TRUE(connect(server));
    const Expected<bool> done =
        stream_.write(std::string(32U << 20U, 'x'), Deadline::after(kPatience));
    ASSERT_TRUE(done);
    EXPECT_FALSE(*done);
    EXPECT_EQ(*read(kPatience), 2U);
}

TEST_F(TcpStreamTest, stops_waiting_when_interrupted) {
    LoopbackServer server([](PeerConnection& peer) { peer.stay_silent(); });
    ASSERT_TRUE(connect(server));
    std::thread other([this] { interrupt_.raise(); });
    EXPECT_EQ(read(kPatience).error().code, Code::cancelled);
    other.join();
}

TEST_F(TcpStreamTest, calls_its_owner_while_it_waits) {
    LoopbackServer server([](PeerConnection& peer) { peer.stay_silent(); });
    ASSERT_TRUE(connect(server));
    int calls = 0;
    interrupt_.set_wait_hook({[](void* count) noexcept { ++*static_cast<int*>(count); }, &calls});
    EXPECT_EQ(read(kSoon).error().code, Code::timed_out);
    EXPECT_GE(calls, 1);
}

TEST_F(TcpStreamTest, is_not_quiet_after_the_peer_has_spoken_or_gone) {
    LoopbackServer talker([](PeerConnection& peer) {
        peer.write("x");
        peer.stay_silent();
    });
    ASSERT_TRUE(connect(talker));
    const Deadline deadline = Deadline::after(kPatience);
    while (stream_.is_quiet() && !deadline.has_passed()) std::this_thread::yield();
    EXPECT_FALSE(stream_.is_quiet());

    LoopbackServer leaver([](PeerConnection&) {});
    ASSERT_TRUE(connect(leaver));
    EXPECT_EQ(*read(kPatience), 0U);
    EXPECT_FALSE(stream_.is_quiet());
}

TEST_F(TcpStreamTest, opens_descriptors_that_neither_block_nor_survive_exec) {
    LoopbackServer server(echo);
    const int fd = next_descriptor();
    ASSERT_TRUE(connect(server));
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(TcpStreamTest, neither_uses_nor_closes_a_descriptor_that_the_application_took_over) {
    LoopbackServer server(echo);
    const int fd = next_descriptor();
    ASSERT_TRUE(connect(server));
    int pair[2] = {-1, -1};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ASSERT_EQ(dup2(pair[0], fd), fd);  // the application's own, under the number of ours
    EXPECT_FALSE(stream_.is_quiet());
    stream_.close();
    EXPECT_FALSE(stream_.is_open());
    EXPECT_NE(fcntl(fd, F_GETFD), -1);
    for (const int each : {fd, pair[0], pair[1]}) close(each);
}

}  // namespace
}  // namespace clew::transport
