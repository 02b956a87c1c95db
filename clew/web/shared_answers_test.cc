// SPDX-License-Identifier: Apache-2.0
// Goal: who asks the same at once shares one computation and its answer, and nobody's leaving takes
// it from the others. Method: a computation that blocks until the test lets it go.
#include "clew/web/shared_answers.h"

#include <atomic>
#include <new>

#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"
#include "clew/base/testing/fake_clock.h"
#include "clew/web/internal/recorded_answer.h"

namespace clew::web {
namespace {

using clew::testing::becomes_true;
using transport::HttpResponder;

// A client that may disconnect.
class Client final : public HttpResponder::Exchange {
public:
    void answer(transport::HttpResponse response) override { recorded.answer(std::move(response)); }
    void when_disconnected(std::function<void()> then) override { disconnect = std::move(then); }

    RecordedAnswer recorded;
    std::function<void()> disconnect;
};

class SharedAnswersTest : public ::testing::Test {
protected:
    SharedAnswersTest() { EXPECT_TRUE(pool_.start().has_value()); }
    ~SharedAnswersTest() override {
        is_released_ = true;
        pool_.end();
    }

    std::shared_ptr<Client> ask(const std::string& key) {
        auto client = std::make_shared<Client>();
        answers_.answer(key, HttpResponder(client), [this, key](const QueryContext& context) {
            return compute(key, context);
        });
        return client;
    }

    Expected<std::string> compute(const std::string& key, const QueryContext& context) {
        while (!is_released_) {
            if (Expected<void> wanted = context.check(); !wanted) {
                ++given_up_;
                return std::move(wanted).error();
            }
            std::this_thread::yield();
        }
        if (key == "huge") throw std::bad_alloc();
        return "answer " + key;
    }

    clew::testing::FakeClock clock_;
    QueryPool pool_{{.threads = 1, .waiting_max = 1}};
    SharedAnswers answers_{pool_, clock_};
    std::atomic<bool> is_released_{false};
    std::atomic<int> given_up_{0};
};

TEST_F(SharedAnswersTest, computes_once_for_all_who_ask_at_once) {
    std::vector<std::shared_ptr<Client>> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(ask("a"));
    is_released_ = true;
    for (const auto& client : clients) EXPECT_EQ(client->recorded.wait().body, "answer a");
    EXPECT_EQ(answers_.computed().value(), 1u);
}

TEST_F(SharedAnswersTest, gives_the_answer_again_for_a_second) {
    is_released_ = true;
    EXPECT_EQ(ask("a")->recorded.wait().body, "answer a");
    EXPECT_EQ(ask("a")->recorded.wait().body, "answer a");
    EXPECT_EQ(answers_.computed().value(), 1u);
    EXPECT_EQ(ask("b")->recorded.wait().body, "answer b");
    EXPECT_EQ(answers_.computed().value(), 2u);
    clock_.advance(SharedAnswers::kKept);
    EXPECT_EQ(ask("a")->recorded.wait().body, "answer a");
    EXPECT_EQ(answers_.computed().value(), 3u);
}

TEST_F(SharedAnswersTest, keeps_no_more_answers_than_it_may) {
    is_released_ = true;
    for (std::size_t i = 0; i <= SharedAnswers::kKeptMax; ++i) {
        ask(std::to_string(i))->recorded.wait();
        clock_.advance(Microseconds(1));
    }
    const std::uint64_t before = answers_.computed().value();
    ask(std::to_string(SharedAnswers::kKeptMax))->recorded.wait();
    EXPECT_EQ(answers_.computed().value(), before);
    ask("0")->recorded.wait();
    EXPECT_EQ(answers_.computed().value(), before + 1);
}

TEST_F(SharedAnswersTest, goes_on_while_one_client_waits_and_ends_with_the_last) {
    const auto first = ask("a");
    const auto second = ask("a");
    EXPECT_TRUE(becomes_true([&] { return answers_.computed().value() == 1; }));
    first->disconnect();
    EXPECT_EQ(pool_.cancelled().value(), 0u);
    second->disconnect();
    EXPECT_TRUE(becomes_true([&] { return given_up_ == 1; }));
    const auto third = ask("a");
    is_released_ = true;
    EXPECT_EQ(third->recorded.wait().body, "answer a");
}

TEST_F(SharedAnswersTest, refuses_in_words_when_too_many_wait) {
    const auto running = ask("a");
    EXPECT_TRUE(becomes_true([&] { return answers_.computed().value() == 1; }));
    const auto waiting = ask("b");
    const auto refused = ask("c");
    EXPECT_EQ(refused->recorded.wait().status, 503);
    EXPECT_EQ(refused->recorded.wait().body, "too many queries at once, try again later");
    EXPECT_FALSE(refused->disconnect);
    is_released_ = true;
    EXPECT_EQ(running->recorded.wait().status, 200);
    EXPECT_EQ(waiting->recorded.wait().status, 200);
    EXPECT_EQ(ask("c")->recorded.wait().status, 200);
}

TEST_F(SharedAnswersTest, answers_503_when_memory_runs_out_and_keeps_no_error) {
    is_released_ = true;
    EXPECT_EQ(ask("huge")->recorded.wait().status, 503);
    EXPECT_EQ(ask("huge")->recorded.wait().status, 503);
    EXPECT_EQ(answers_.computed().value(), 2u);
}

}  // namespace
}  // namespace clew::web
