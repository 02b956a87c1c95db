// SPDX-License-Identifier: Apache-2.0
// Goal: what a killed process had finished is drained by the next one of its service, whole, at its
// time, and once, whoever else looks at the same moment. Method: real processes and SIGKILL.
#include "clew/tracer/internal/ring_recovery.h"

#include <chrono>

#include <fcntl.h>
#include <sys/stat.h>

#include "clew/tracer/ring_fixture.h"

namespace clew::tracer::internal {

namespace {

class RingRecoveryTest : public RingTest {};

std::int64_t now_us() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// Children at a gate: all go on when it is opened.
class Gate {
public:
    Gate() { EXPECT_EQ(pipe(ends_), 0); }
    void wait() const {
        close(ends_[1]);
        char byte = 0;
        EXPECT_EQ(read(ends_[0], &byte, 1), 0);
    }
    void open() {
        close(ends_[1]);
        close(ends_[0]);
    }

private:
    int ends_[2] = {-1, -1};
};

}  // namespace

TEST_F(RingRecoveryTest, gives_the_spans_of_a_killed_process_to_the_next_one) {
    leave({"a", "b", "c"});
    EXPECT_EQ(files().size(), 1U);
    const Tracer tracer = make();
    EXPECT_TRUE(tracer.finished_spans().may_recover());
    tracer.new_trace("own").finish();
    EXPECT_EQ(drain(tracer), (Names{"a", "b", "c", "own"}));
    EXPECT_FALSE(tracer.finished_spans().may_recover());
    EXPECT_EQ(files().size(), 1U);  // its own
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished, 1U);
    EXPECT_EQ(counts.recovered, 3U);
    EXPECT_EQ(counts.drained, 4U);
    EXPECT_EQ(counts.recovery_damaged + counts.dropped_total() + counts.rings_unfiled, 0U);
    EXPECT_EQ(drain(make()), Names{});
}

TEST_F(RingRecoveryTest, keeps_all_that_a_span_says_and_when) {
    for (const TickSource ticks : {TickSource::automatic, TickSource::monotonic_clock}) {
        const std::int64_t before = now_us();
        TracerOptions with = options();
        with.ticks = ticks;
        with.ipv4 = Ipv4Address{10, 0, 0, 7};
        with.port = 8080;
        in_killed_child(with, [](const Tracer& tracer) {
            Span span = tracer.new_trace("get", model::Kind::server);
            span.tag("http.path", "/x").tag("size", 7).annotate("read").remote_address("::1", 99);
            span.finish();
        });
        const std::int64_t after = now_us();
        const Tracer tracer = make();
        model::SpanBuilder builder;
        // Later, so that the clock that places the ticks has something to measure.
        while (now_us() < after + 20'000) usleep(1000);
        EXPECT_EQ(tracer.finished_spans().drain(builder, 10), 1U);
        const model::SpanBatch batch = builder.finish();
        const model::Span span = batch[0];
        EXPECT_EQ(span.kind(), model::Kind::server);
        EXPECT_EQ(span.tags().size(), 2U);
        EXPECT_EQ(span.local_endpoint()->service_name, "frontend");
        EXPECT_EQ(span.local_endpoint()->ipv4, (Ipv4Address{10, 0, 0, 7}));
        EXPECT_EQ(span.local_endpoint()->port, 8080);
        EXPECT_EQ(span.remote_endpoint()->port, 99);
        constexpr std::int64_t kSlackUs = 1000;
        const std::int64_t start = span.timestamp().us;
        EXPECT_GE(start, before - kSlackUs);
        EXPECT_LE(start, after + kSlackUs);
        EXPECT_GE(span.annotations()[0].time.us, start);
        EXPECT_LE(span.annotations()[0].time.us, after + kSlackUs);
    }
}

TEST_F(RingRecoveryTest, gives_only_what_was_not_drained_before_the_kill) {
    in_killed_child(options(), [](const Tracer& tracer) {
        for (const char* name : {"a", "b", "c", "d"}) tracer.new_trace(name).finish();
        drain(tracer, 3);
    });
    EXPECT_EQ(drain(make()), (Names{"d"}));
}

TEST_F(RingRecoveryTest, reads_a_ring_that_has_gone_round) {
    in_killed_child(options(), [](const Tracer& tracer) {
        for (int i = 0; i < 500; ++i) {
            tracer.new_trace("old").tag("size", std::string(static_cast<std::size_t>(i), 'x'));
            tracer.new_trace("old").finish();
            drain(tracer);
        }
        for (const char* name : {"a", "b", "c"}) {
            tracer.new_trace(name).tag("size", std::string(1500, 'x')).finish();
        }
    });
    EXPECT_EQ(drain(make()), (Names{"a", "b", "c"}));
}

TEST_F(RingRecoveryTest, leaves_files_of_a_process_that_runs_alone) {
    const Tracer tracer = make();
    tracer.new_trace("mine").finish();
    EXPECT_EQ(in_child([&] { return join(drain(make())); }), "");
    // Nor when the application closed what it did not open, and with it the lock.
    for (int descriptor = 3; descriptor < 64; ++descriptor) {
        struct stat found {};
        if (fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) &&
            found.st_size == 8192 + 4096)
            close(descriptor);
    }
    EXPECT_EQ(in_child([&] { return join(drain(make())); }), "");
    EXPECT_EQ(drain(tracer), (Names{"mine"}));
}

TEST_F(RingRecoveryTest, does_not_harm_a_process_that_only_looks_dead) {
    const Tracer tracer = make();
    for (const char* name : {"a", "b", "c"}) tracer.new_trace(name).finish();
    // Its lock gone, and another process's number in its file: as from another container.
    const std::string path = directory_ + "/" + files().at(0);
    const int descriptor = open(path.c_str(), O_RDWR);
    const RingOwner nobody{1, 1, 1};
    const auto at = static_cast<off_t>(offsetof(RingHeader, owner));
    ASSERT_EQ(pwrite(descriptor, &nobody, sizeof nobody, at), ssize_t{sizeof nobody});
    close(descriptor);
    EXPECT_EQ(in_child([&] { return join(drain(make(), 2)); }), "a b ");
    for (int i = 0; i < 100; ++i) {
        tracer.new_trace("d").finish();
        EXPECT_EQ(drain(tracer).size(), i == 0 ? 4U : 1U);
    }
}

TEST_F(RingRecoveryTest, takes_a_killed_process_that_nobody_waited_for_as_dead) {
    const pid_t child = fork();
    if (child == 0) {
        const Tracer tracer = make();
        tracer.new_trace("a").finish();
        kill(getpid(), SIGKILL);
    }
    siginfo_t ended{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(drain(make()), (Names{"a"}));
    waitpid(child, nullptr, 0);
}

TEST_F(RingRecoveryTest, gives_each_span_once_when_two_start_at_once) {
    constexpr int kDead = 20;
    for (int i = 0; i < kDead; ++i) leave({"a" + std::to_string(i), "b" + std::to_string(i)});
    Names wanted;
    for (int i = 0; i < kDead; ++i) {
        wanted.insert("a" + std::to_string(i));
        wanted.insert("b" + std::to_string(i));
    }
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    Gate gate;
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(fork());
        if (children.back() != 0) continue;
        const Tracer tracer = make();
        gate.wait();
        std::string got;
        for (Names names = drain(tracer, 1); !names.empty(); names = drain(tracer, 1)) {
            got += *names.begin() + "\n";
        }
        _exit(write(ends[1], got.data(), got.size()) == static_cast<ssize_t>(got.size()) ? 0 : 1);
    }
    gate.open();
    close(ends[1]);
    const std::string all = clew::testing::read_to_end(ends[0]);
    close(ends[0]);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    Names names;
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = all.find('\n', at);
        names.insert(all.substr(at, end - at));
        at = end + 1;
    }
    EXPECT_EQ(names, wanted);
    EXPECT_EQ(drain(make()), Names{});
    EXPECT_EQ(files().size(), 0U);
}

TEST_F(RingRecoveryTest, goes_on_where_a_killed_recoverer_stopped) {
    leave({"a", "b", "c", "d", "e"});
    in_killed_child(options(), [](const Tracer& tracer) {
        EXPECT_EQ(drain(tracer, 2), (Names{"a", "b"}));
    });
    EXPECT_EQ(drain(make()), (Names{"c", "d", "e"}));
    EXPECT_EQ(files().size(), 0U);
}

TEST_F(RingRecoveryTest, is_done_by_one_of_a_processs_tracers) {
    leave({"a", "b"});
    leave({"c"});
    const Tracer first = make();
    const Tracer second = make();
    Names names = drain(first, 1);
    names.merge(drain(second));  // the first is at it
    names.merge(drain(first));
    names.merge(drain(second));
    EXPECT_EQ(names, (Names{"a", "b", "c"}));
}

TEST_F(RingRecoveryTest, passes_to_another_tracer_when_the_first_ends) {
    leave({"a", "b"});
    {
        const Tracer first = make();
        EXPECT_EQ(drain(first, 1), (Names{"a"}));
    }
    EXPECT_EQ(drain(make()), (Names{"b"}));
}

TEST_F(RingRecoveryTest, leaves_other_services_alone) {
    leave({"a"}, "backend");
    EXPECT_EQ(drain(make("frontend")), Names{});
    EXPECT_EQ(drain(make("BACKEND")), (Names{"a"}));  // its name in lower case is the same
}

TEST_F(RingRecoveryTest, does_not_let_files_pile_up) {
    for (int i = 0; i < 10; ++i) {
        in_killed_child(options(), [](const Tracer& tracer) {
            tracer.new_trace("a").finish();
            drain(tracer);
            tracer.new_trace("b").finish();
        });
        EXPECT_EQ(files().size(), 1U);
    }
    {
        const Tracer ends_well = make();
        drain(ends_well);
        ends_well.new_trace("c").finish();
    }
    EXPECT_EQ(files().size(), 0U);
}

}  // namespace clew::tracer::internal
