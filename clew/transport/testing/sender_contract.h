// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exam that every Sender passes, against good peers and against each kind of bad one: what is
// reported as accepted is exactly what a peer took, and no call outlives its deadline. A protocol
// takes it by implementing SenderProtocol (sender_protocol.h) and instantiating, in one file:
//
//     INSTANTIATE_TEST_SUITE_P(Scribe, SenderContract, ::testing::Values(&scribe_protocol));
//
// Threads: a SenderProtocol is called by peers on threads of their own.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/transport/host_port.h"
#include "clew/transport/sender.h"
#include "clew/transport/testing/chaos_proxy.h"
#include "clew/transport/testing/loopback_server.h"
#include "clew/transport/testing/sender_protocol.h"

namespace clew::transport::testing {

class SenderContract : public ::testing::TestWithParam<const SenderProtocol*> {
protected:
    using Milliseconds = std::chrono::milliseconds;

    static constexpr Milliseconds patience{15'000};     // a deadline that no passing case reaches
    static constexpr Milliseconds short_deadline{250};  // a deadline that a case must reach
    static constexpr Milliseconds overrun_max{4'000};   // a busy machine may be that late
    static constexpr MessageBounds bounds{32U << 20U, 1000};

    const SenderProtocol& protocol() const { return *GetParam(); }

    void start_peer(LoopbackServer::Behaviour behaviour) {
        server_ = std::make_unique<LoopbackServer>(
            std::move(behaviour), LoopbackServer::Family::v4, 0, protocol().make_channel()
        );
        sender_ = protocol().make_sender({server_->address(), server_->port()}, bounds);
    }
    // To be called by a test whose peer refers to its locals, before they end: the peer may still
    // be at work when the sender has its answer.
    void stop_peer() {
        sender_.reset();
        server_.reset();
    }
    // A peer that answers everything by `outcome` and keeps what it accepted.
    void start_answering_peer(Outcome outcome) {
        start_peer([this, outcome](PeerConnection& peer) {
            while (auto message = protocol().read_message(peer)) answer(peer, outcome, *message);
        });
    }
    void answer(PeerConnection& peer, Outcome outcome, const ReceivedMessage& message) {
        if (outcome == Outcome::accepted) keep(message);
        peer.write(protocol().reply(outcome, message));
    }
    void keep(const ReceivedMessage& message) {
        const std::lock_guard lock(mutex_);
        taken_.insert(taken_.end(), message.payloads.begin(), message.payloads.end());
    }
    std::vector<std::string> taken() {
        const std::lock_guard lock(mutex_);
        return taken_;
    }

    SendResult send(const std::vector<std::string>& payloads, Milliseconds deadline) {
        const std::vector<std::string_view> views(payloads.begin(), payloads.end());
        const auto start = std::chrono::steady_clock::now();
        SendResult result = sender_->send(views, Deadline::after(deadline));
        elapsed_ =
            std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
        EXPECT_LE(elapsed_, deadline + overrun_max);
        EXPECT_EQ(result.reason.empty(), result.outcome == Outcome::accepted) << result.reason;
        return result;
    }
    SendResult send_one(Milliseconds deadline = patience) {
        return send({protocol().payload(0, 60)}, deadline);
    }

    template <typename Condition>
    static void wait_until(Condition condition) {
        const Deadline deadline = Deadline::after(patience);
        while (!condition()) {
            ASSERT_FALSE(deadline.has_passed());
            std::this_thread::yield();
        }
    }

    std::vector<std::string> taken_;
    std::mutex mutex_;
    std::unique_ptr<LoopbackServer> server_;
    std::unique_ptr<Sender> sender_;
    Milliseconds elapsed_{0};
};

TEST_P(SenderContract, delivers_every_payload_once_and_in_order) {
    start_answering_peer(Outcome::accepted);
    std::vector<std::string> all;
    for (std::size_t count = 1; count <= 100; count += 33) {
        std::vector<std::string> payloads;
        for (std::size_t i = 0; i < count; ++i)
            payloads.push_back(protocol().payload(all.size() + i, 300));
        EXPECT_EQ(send(payloads, patience).outcome, Outcome::accepted);
        all.insert(all.end(), payloads.begin(), payloads.end());
    }
    EXPECT_EQ(taken(), all);
}

TEST_P(SenderContract, states_a_size_that_no_message_exceeds) {
    std::atomic<std::size_t> seen{0};
    start_peer([&seen](PeerConnection& peer) {
        for (std::string bytes = peer.read_some(); !bytes.empty(); bytes = peer.read_some()) {
            seen.fetch_add(bytes.size());
        }
    });
    std::vector<std::string> payloads;
    std::size_t stated = sender_->empty_message_bytes();
    for (std::size_t i = 0; i < 20; ++i) {
        payloads.push_back(protocol().payload(i, 50 + i));
        stated += sender_->framed_bytes(payloads.back().size());
    }
    EXPECT_EQ(send(payloads, short_deadline).outcome, Outcome::unanswered);
    EXPECT_GT(seen.load(), 20U * 50U);
    EXPECT_LE(seen.load(), stated);
    stop_peer();
}

TEST_P(SenderContract, says_how_much_it_sent) {
    start_answering_peer(Outcome::accepted);
    const std::vector<std::string> payloads{
        protocol().payload(0, 2'000), protocol().payload(1, 2'000)};
    const SendResult result = send(payloads, patience);
    EXPECT_GE(result.message_bytes, 4'000U);
    EXPECT_LE(result.message_bytes, 2 * sender_->framed_bytes(payloads[0].size()) + 1'000);
    EXPECT_GT(result.written_bytes, 1'000U);
    EXPECT_LE(result.written_bytes, result.message_bytes);
    server_.reset();
    EXPECT_EQ(send(payloads, short_deadline).written_bytes, 0U);
}

TEST_P(SenderContract, keeps_its_connection_for_many_messages) {
    start_answering_peer(Outcome::accepted);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(send_one().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 1U);
    EXPECT_EQ(taken().size(), 5U);
}

TEST_P(SenderContract, connects_again_when_the_peer_has_hung_up_in_between) {
    std::atomic<int> ended{0};
    start_peer([this, &ended](PeerConnection& peer) {
        if (auto message = protocol().read_message(peer)) answer(peer, Outcome::accepted, *message);
        peer.close();
        ended.fetch_add(1);
    });
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(send_one().outcome, Outcome::accepted);
        wait_until([&] { return ended.load() == i; });
    }
    EXPECT_EQ(taken().size(), 3U);
    stop_peer();
}

TEST_P(SenderContract, has_not_sent_what_nobody_listens_for) {
    sender_ = protocol().make_sender({"127.0.0.1", LoopbackServer::unused_port()}, bounds);
    EXPECT_EQ(send_one().outcome, Outcome::not_sent);
    EXPECT_LT(elapsed_, overrun_max);
}

TEST_P(SenderContract, gives_up_at_the_deadline_when_the_peer_never_reads) {
    start_peer([](PeerConnection& peer) { peer.stay_silent(); });
    EXPECT_EQ(send({protocol().payload(0, 12U << 20U)}, short_deadline).outcome, Outcome::not_sent);
    EXPECT_GE(elapsed_, short_deadline);
}

TEST_P(SenderContract, does_not_claim_success_when_the_peer_never_answers) {
    start_peer([](PeerConnection& peer) {
        while (!peer.read_some().empty()) {}
    });
    EXPECT_EQ(send_one(short_deadline).outcome, Outcome::unanswered);
    EXPECT_GE(elapsed_, short_deadline);
}

TEST_P(SenderContract, does_not_claim_success_when_the_peer_hangs_up_instead_of_answering) {
    start_peer([this](PeerConnection& peer) { protocol().read_message(peer); });
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_P(SenderContract, does_not_claim_success_when_the_peer_resets_the_connection) {
    start_peer([this](PeerConnection& peer) {
        protocol().read_message(peer);
        peer.reset();
    });
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
}

TEST_P(SenderContract, does_not_claim_success_when_the_reply_is_cut_anywhere) {
    std::atomic<std::size_t> kept_bytes{0};
    std::atomic<std::size_t> reply_bytes{1};
    start_peer([&](PeerConnection& peer) {
        const auto message = protocol().read_message(peer);
        if (!message) return;
        const std::string reply = protocol().reply(Outcome::accepted, *message);
        reply_bytes.store(reply.size());
        peer.write(std::string_view(reply).substr(0, kept_bytes.load()));
    });
    for (std::size_t kept = 0; kept < reply_bytes.load(); ++kept) {
        kept_bytes.store(kept);
        EXPECT_EQ(send_one().outcome, Outcome::unanswered) << "after " << kept << " bytes";
    }
    EXPECT_EQ(server_->connections(), reply_bytes.load());
    stop_peer();
}

TEST_P(SenderContract, does_not_believe_garbage) {
    start_peer([this](PeerConnection& peer) {
        if (protocol().read_message(peer))
            peer.write(std::string(300, '\xa5') + std::string(300, '\0'));
    });
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
}

TEST_P(SenderContract, stops_reading_a_reply_that_never_ends) {
    start_peer([this](PeerConnection& peer) {
        if (!protocol().read_message(peer)) return;
        bool open = peer.write(protocol().endless_reply_head());
        while (open) open = peer.write(protocol().endless_reply_tail());
    });
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
    EXPECT_LT(elapsed_, overrun_max);
}

TEST_P(SenderContract, does_not_believe_a_reply_that_lies_about_its_length) {
    std::atomic<std::size_t> turn{0};
    std::atomic<std::size_t> lies{1};
    start_peer([&](PeerConnection& peer) {
        const auto message = protocol().read_message(peer);
        if (!message) return;
        const std::vector<std::string> replies = protocol().lying_replies(*message);
        lies.store(replies.size());
        peer.write(replies[turn.load()]);
    });
    for (std::size_t lie = 0; lie < lies.load(); ++lie) {
        turn.store(lie);
        EXPECT_EQ(send_one().outcome, Outcome::unanswered) << "number " << lie;
        EXPECT_LT(elapsed_, overrun_max);
    }
    EXPECT_GT(lies.load(), 3U);
    stop_peer();
}

TEST_P(SenderContract, does_not_claim_success_when_the_request_is_cut_anywhere) {
    std::atomic<std::size_t> read_bytes{0};
    std::atomic<std::size_t> message_bytes{1};
    start_peer([&](PeerConnection& peer) {
        if (read_bytes.load() == 0) {
            message_bytes.store(peer.read_some().size());  // it is small: one write, one read
        } else {
            peer.read_exactly(read_bytes.load());
        }
        peer.reset();
    });
    for (std::size_t cut = 0; cut < message_bytes.load(); ++cut) {
        read_bytes.store(cut);
        const Outcome outcome = send_one().outcome;
        EXPECT_TRUE(outcome == Outcome::unanswered || outcome == Outcome::not_sent) << cut;
        EXPECT_LT(elapsed_, overrun_max);
    }
    EXPECT_GT(message_bytes.load(), 60U);
    stop_peer();
}

TEST_P(SenderContract, ends_at_once_when_the_peer_says_that_it_will_say_nothing) {
    std::atomic<bool> before_the_request{true};
    start_peer([&](PeerConnection& peer) {
        if (!before_the_request.load()) protocol().read_message(peer);
        peer.end_writing();
        while (!peer.read_some().empty()) {}
    });
    EXPECT_NE(send_one().outcome, Outcome::accepted);
    EXPECT_LT(elapsed_, overrun_max);
    before_the_request.store(false);
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
    EXPECT_LT(elapsed_, overrun_max);
    stop_peer();
}

TEST_P(SenderContract, is_patient_with_a_peer_that_reads_slowly) {
    start_peer([this](PeerConnection& peer) {
        peer.read_slowly();
        while (auto message = protocol().read_message(peer))
            answer(peer, Outcome::accepted, *message);
    });
    const std::vector<std::string> payloads{protocol().payload(0, 4U << 20U)};
    EXPECT_EQ(send(payloads, patience).outcome, Outcome::accepted);
    EXPECT_EQ(taken(), payloads);
}

TEST_P(SenderContract, recovers_from_every_chaos_and_claims_only_what_was_taken) {
    start_answering_peer(Outcome::accepted);
    ChaosProxy proxy(server_->port());
    sender_ = protocol().make_sender({"127.0.0.1", proxy.port()}, bounds);
    std::size_t accepted = 0;
    std::size_t unanswered = 0;
    std::size_t number = 0;
    const auto send_next = [&](Milliseconds deadline) {
        const Outcome outcome = send({protocol().payload(number++, 60)}, deadline).outcome;
        if (outcome == Outcome::accepted) ++accepted;
        if (outcome == Outcome::unanswered) ++unanswered;
        return outcome;
    };
    for (const Chaos chaos :
         {Chaos::hang_up,
          Chaos::never_read,
          Chaos::never_answer,
          Chaos::cut_reply,
          Chaos::garble_reply}) {
        proxy.set(chaos);
        EXPECT_NE(send_next(short_deadline), Outcome::accepted);
        EXPECT_NE(send_next(short_deadline), Outcome::accepted);
        proxy.set(Chaos::none);
        EXPECT_EQ(send_next(patience), Outcome::accepted) << static_cast<int>(chaos);
    }
    proxy.set(Chaos::drip_reply);
    EXPECT_EQ(send_next(patience), Outcome::accepted);
    sender_.reset();
    EXPECT_GE(taken().size(), accepted);
    EXPECT_LE(taken().size(), accepted + unanswered);
}

TEST_P(SenderContract, understands_a_reply_that_comes_byte_by_byte) {
    start_peer([this](PeerConnection& peer) {
        while (auto message = protocol().read_message(peer)) {
            keep(*message);
            for (const char c : protocol().reply(Outcome::accepted, *message)) peer.write({&c, 1});
        }
    });
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 1U);
    EXPECT_EQ(taken().size(), 2U);
}

TEST_P(SenderContract, is_not_kept_beyond_the_deadline_by_a_reply_that_trickles) {
    start_peer([this](PeerConnection& peer) {
        const auto message = protocol().read_message(peer);
        if (!message) return;
        for (const char c : protocol().reply(Outcome::accepted, *message)) {
            std::this_thread::sleep_for(short_deadline / 4);
            if (!peer.write({&c, 1})) return;
        }
    });
    EXPECT_EQ(send_one(short_deadline).outcome, Outcome::unanswered);
}

TEST_P(SenderContract, tells_a_refusal_from_a_request_for_patience) {
    start_answering_peer(Outcome::try_later);
    EXPECT_EQ(send_one().outcome, Outcome::try_later);
    start_answering_peer(Outcome::refused);
    EXPECT_EQ(send_one().outcome, Outcome::refused);
    EXPECT_TRUE(taken().empty());
}

TEST_P(SenderContract, takes_no_surplus_reply_for_the_answer_to_the_next_message) {
    std::atomic<int> answered{0};
    start_peer([this, &answered](PeerConnection& peer) {
        const auto message = protocol().read_message(peer);
        if (!message) return;
        const std::string reply = protocol().reply(Outcome::accepted, *message);
        peer.write(reply + reply);
        answered.fetch_add(1);
        protocol().read_message(peer);
    });
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
    wait_until([&] { return answered.load() == 1; });
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 2U);
    stop_peer();
}

TEST_P(SenderContract, refuses_a_message_beyond_its_bounds_unsent) {
    start_answering_peer(Outcome::accepted);
    sender_ = protocol().make_sender({server_->address(), server_->port()}, {2000, 3});
    EXPECT_EQ(send({protocol().payload(0, 3000)}, patience).outcome, Outcome::refused);
    EXPECT_EQ(
        send(std::vector<std::string>(4, protocol().payload(0, 60)), patience).outcome,
        Outcome::refused
    );
    EXPECT_EQ(server_->connections(), 0U);
    EXPECT_EQ(
        send(std::vector<std::string>(3, protocol().payload(0, 60)), patience).outcome,
        Outcome::accepted
    );
}

TEST_P(SenderContract, returns_soon_when_it_is_interrupted) {
    std::atomic<bool> asked{false};
    start_peer([this, &asked](PeerConnection& peer) {
        protocol().read_message(peer);
        asked.store(true);
        peer.stay_silent();
    });
    std::thread interrupting([&] {
        wait_until([&] { return asked.load(); });
        sender_->interrupt();
    });
    EXPECT_EQ(send_one().outcome, Outcome::unanswered);
    interrupting.join();
    EXPECT_LT(elapsed_, overrun_max);
    EXPECT_EQ(send_one().outcome, Outcome::not_sent);
    stop_peer();
}

TEST_P(SenderContract, leaves_the_parents_connection_alone_in_a_forked_child) {
    start_answering_peer(Outcome::accepted);
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
    const pid_t child = fork();
    if (child == 0) {
        sender_->abandon_in_child();
        _exit(0);
    }
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_P(SenderContract, sends_to_an_ipv6_peer) {
    server_ = std::make_unique<LoopbackServer>(
        [this](PeerConnection& peer) {
            while (auto message = protocol().read_message(peer))
                answer(peer, Outcome::accepted, *message);
        },
        LoopbackServer::Family::v6,
        0,
        protocol().make_channel()
    );
    sender_ = protocol().make_sender({server_->address(), server_->port()}, bounds);
    EXPECT_EQ(send_one().outcome, Outcome::accepted);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SenderContract);

}  // namespace clew::transport::testing
