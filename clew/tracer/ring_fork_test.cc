// SPDX-License-Identifier: Apache-2.0
// Goal: with rings in files, too, every span is delivered exactly once across fork(), whichever of
// the processes is killed, and no child ever writes into its parent's file. Method: children that
// answer through a pipe, or die.
#include <atomic>
#include <functional>
#include <thread>

#include <sys/syscall.h>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/tracer/ring_fixture.h"

namespace clew::tracer::internal {

namespace {

class RingForkTest : public RingTest {
protected:
    // A process that may be told to go on, and then writes what it has to say.
    class Child {
    public:
        explicit Child(const std::function<void(Child&)>& body) {
            EXPECT_EQ(pipe(told_), 0);
            EXPECT_EQ(pipe(answer_), 0);
            pid_ = fork();
            if (pid_ == 0) {
                body(*this);
                _exit(0);
            }
        }
        ~Child() {
            for (const int end : {told_[0], told_[1], answer_[0], answer_[1]}) close(end);
            int status = 0;
            waitpid(pid_, &status, 0);
        }
        Child(const Child&) = delete;
        Child& operator=(const Child&) = delete;

        // In the child.
        void say(const std::string& text) const {
            EXPECT_EQ(
                write(answer_[1], text.data(), text.size()), static_cast<ssize_t>(text.size())
            );
        }
        void wait() const {
            char byte = 0;
            EXPECT_EQ(read(told_[0], &byte, 1), 1);
        }
        // In the parent. What is said comes in one piece, being short.
        std::string hear() const {
            char text[256];
            const ssize_t size = read(answer_[0], text, sizeof text);
            return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "";
        }
        void tell() const { EXPECT_EQ(write(told_[1], "x", 1), 1); }
        void kill_now() const { kill(pid_, SIGKILL); }
        pid_t pid() const { return pid_; }

    private:
        int told_[2] = {-1, -1};
        int answer_[2] = {-1, -1};
        pid_t pid_ = -1;
    };
};

}  // namespace

TEST_F(RingForkTest, leaves_spans_that_wait_to_the_parent_and_gives_the_child_a_file) {
    const Tracer tracer = make();
    tracer.new_trace("before").finish();
    const std::string child = in_child([&] {
        std::string said = join(drain(tracer)) + "|";
        tracer.new_trace("child").finish();
        const FinishedCounts counts = tracer.finished_spans().counts();
        said += std::to_string(counts.finished) + "|" + std::to_string(files().size()) + "|";
        return said + join(drain(tracer));
    });
    EXPECT_EQ(child, "|1|2|child ");
    EXPECT_EQ(files().size(), 2U);  // the child has ended without ending its tracer
    tracer.new_trace("after").finish();
    EXPECT_EQ(drain(tracer), (Names{"before", "after"}));
    EXPECT_EQ(files().size(), 1U);
    EXPECT_EQ(drain(make()), Names{});
}

TEST_F(RingForkTest, gives_a_killed_childs_spans_to_the_next_child) {
    const Tracer tracer = make();
    tracer.new_trace("parent").finish();
    EXPECT_EQ(drain(tracer), (Names{"parent"}));
    const pid_t child = fork();
    if (child == 0) {
        tracer.new_trace("child").finish();
        kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
    EXPECT_EQ(in_child([&] { return join(drain(tracer)); }), "child ");
    EXPECT_EQ(drain(tracer), Names{});
}

TEST_F(RingForkTest, gives_a_killed_parents_spans_to_its_child_once) {
    for (const bool raw_clone : {false, true}) {
        const Child parent([&](Child& self) {
            const Tracer tracer = make();
            tracer.new_trace("parent").finish();
            const pid_t child =
                raw_clone ? static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)) : fork();
            if (child != 0) kill(getpid(), SIGKILL);
            self.wait();  // until its parent is dead
            tracer.new_trace("child").finish();
            const std::string own = join(drain(tracer));
            self.say(own + "|" + join(drain(tracer)));
        });
        siginfo_t ended{};
        ASSERT_EQ(waitid(P_PID, static_cast<id_t>(parent.pid()), &ended, WEXITED | WNOWAIT), 0);
        parent.tell();
        EXPECT_EQ(parent.hear(), "child parent |");
        EXPECT_EQ(drain(make()), Names{});
    }
}

TEST_F(RingForkTest, gives_a_killed_parents_spans_to_a_stranger_while_a_child_lives_on) {
    const Child parent([&](Child& self) {
        const Tracer tracer = make();
        tracer.new_trace("parent").finish();
        if (fork() != 0) kill(getpid(), SIGKILL);
        self.say("ready");
        self.wait();
        tracer.new_trace("child").finish();  // with the parent's mapping until here
        self.say(join(drain(tracer)));
    });
    EXPECT_EQ(parent.hear(), "ready");
    siginfo_t ended{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(parent.pid()), &ended, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(drain(make()), (Names{"parent"}));
    parent.tell();
    EXPECT_EQ(parent.hear(), "child ");
}

TEST_F(RingForkTest, in_the_middle_of_a_recovery_leaves_the_rest_to_the_parent) {
    leave({"a", "b", "c"});
    const Tracer tracer = make();
    EXPECT_EQ(drain(tracer, 1), (Names{"a"}));
    EXPECT_EQ(
        in_child([&] {
            tracer.new_trace("child").finish();
            return join(drain(tracer));
        }),
        "child "
    );
    EXPECT_EQ(drain(tracer), (Names{"b", "c"}));
    EXPECT_EQ(drain(make()), Names{});
}

TEST_F(RingForkTest, after_the_end_of_a_tracer_touches_nothing) {
    Tracer tracer = make();
    tracer.new_trace("a").finish();
    const FinishedSpans spans = tracer.finished_spans();
    tracer = Tracer();
    EXPECT_EQ(in_child([&] { return std::to_string(spans.counts().finished); }), "0");
    EXPECT_EQ(spans.counts().finished, 1U);
    EXPECT_TRUE(files().empty());
}

TEST_F(RingForkTest, works_down_a_line_of_children) {
    const Tracer tracer = make();
    tracer.new_trace("parent").finish();
    const std::string child = in_child([&] {
        tracer.new_trace("child").finish();
        const std::string grandchild = in_child([&] {
            tracer.new_trace("grandchild").finish();
            return join(drain(tracer));
        });
        return grandchild + join(drain(tracer));
    });
    EXPECT_EQ(child, "grandchild child ");
    EXPECT_EQ(drain(tracer), (Names{"parent"}));
}

TEST_F(RingForkTest, keeps_the_parents_descriptors_out_of_the_child) {
    const Tracer tracer = make();
    tracer.new_trace("parent").finish();
    const auto count = [] {
        std::size_t open = 0;
        for (int descriptor = 0; descriptor < 256; ++descriptor)
            open += dup2(descriptor, descriptor) >= 0;
        return open;
    };
    const std::size_t before = count();
    EXPECT_EQ(
        in_child([&] {
            tracer.new_trace("child").finish();
            return std::to_string(count());
        }),
        std::to_string(before + 2)
    );  // a pipe; and its own file instead of the parent's
}

TEST_F(RingForkTest, works_while_other_threads_record) {
    const Tracer tracer = make();
    std::atomic<bool> stop{false};
    std::atomic<int> begun{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            tracer.new_trace("parent").finish();  // allocates, for this thread's later ones too
            ++begun;
            while (!stop) tracer.new_trace("parent").finish();
        });
    }
    while (begun < 2) std::this_thread::yield();
    std::size_t drained = 0;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(
            in_child([&] {
                for (int s = 0; s < 3; ++s) tracer.new_trace("child").finish();
                return join(drain(tracer));
            }),
            "child child child "
        );
        drained += drain(tracer).size();
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    drained += drain(tracer).size();
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished + counts.recovered, counts.dropped_total() + drained);
    EXPECT_EQ(counts.recovered, 0U);
}

}  // namespace clew::tracer::internal
