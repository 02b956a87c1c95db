// SPDX-License-Identifier: Apache-2.0
// Goal: the proxy does to a connection what its name for it says, or tests that use it prove
// nothing. Method: an echo server behind it, a TcpStream before it.
#include "clew/transport/testing/chaos_proxy.h"

#include <gtest/gtest.h>

#include "clew/transport/tcp_stream.h"

namespace clew::transport::testing {
namespace {

using std::chrono::milliseconds;

class ChaosProxyTest : public ::testing::Test {
protected:
    Expected<bool> ask(std::string_view text) {
        const Deadline deadline = Deadline::after(milliseconds(5000));
        if (Expected<void> done =
                stream_.connect({"127.0.0.1", proxy_.port()}, deadline, milliseconds(5000));
            !done) {
            return done.error();
        }
        return stream_.write(text, deadline);
    }
    // Everything up to the end, or up to `size` bytes; "(nothing)" when the time runs out first.
    std::string answer(std::size_t size) {
        std::string all;
        const Deadline deadline = Deadline::after(milliseconds(300));
        while (all.size() < size) {
            char bytes[64];
            const Expected<std::size_t> count = stream_.read(bytes, deadline);
            if (!count) return all.empty() ? "(nothing)" : all;
            if (*count == 0) return all + "(end)";
            all.append(bytes, *count);
        }
        return all;
    }

    LoopbackServer echo_{[](PeerConnection& peer) {
        for (std::string bytes = peer.read_some(); !bytes.empty(); bytes = peer.read_some()) {
            peer.write(bytes);
        }
    }};
    ChaosProxy proxy_{echo_.port()};
    Interrupt interrupt_;
    TcpStream stream_{interrupt_};
};

TEST_F(ChaosProxyTest, is_a_wire_by_default) {
    ASSERT_TRUE(ask("hello"));
    EXPECT_EQ(answer(5), "hello");
}

TEST_F(ChaosProxyTest, drips_the_whole_reply) {
    proxy_.set(Chaos::drip_reply);
    ASSERT_TRUE(ask("hello"));
    EXPECT_EQ(answer(5), "hello");
}

TEST_F(ChaosProxyTest, cuts_the_reply_in_half) {
    proxy_.set(Chaos::cut_reply);
    ASSERT_TRUE(ask("hello"));
    EXPECT_EQ(answer(5), "he(end)");
}

TEST_F(ChaosProxyTest, garbles_the_reply) {
    proxy_.set(Chaos::garble_reply);
    ASSERT_TRUE(ask("h"));
    EXPECT_EQ(answer(1), "\x97");
}

TEST_F(ChaosProxyTest, keeps_the_reply_back) {
    proxy_.set(Chaos::never_answer);
    ASSERT_TRUE(ask("hello"));
    EXPECT_EQ(answer(5), "(nothing)");
}

TEST_F(ChaosProxyTest, hangs_up_before_anything_passes) {
    proxy_.set(Chaos::hang_up);
    static_cast<void>(ask("hello"));
    char byte = 0;
    const Expected<std::size_t> count =
        stream_.read({&byte, 1}, Deadline::after(milliseconds(2000)));
    EXPECT_TRUE(!count.has_value() || *count == 0);
    EXPECT_EQ(echo_.connections(), 0U);
}

}  // namespace
}  // namespace clew::transport::testing
