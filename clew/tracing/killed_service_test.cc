// SPDX-License-Identifier: Apache-2.0
// Goal: with the option ring_dir, what a service had finished when it was killed reaches the
// collector at its next start: all of it, and once. Method: real processes, SIGKILL at any moment,
// a collector on the loopback that is not there before.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>

#include <dirent.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/tracing/c.h"
#include "clew/tracing/tracing.h"
#include "clew/transport/testing/http_collector.h"

namespace clew::tracing {
namespace {

using transport::testing::HttpCollector;

constexpr std::chrono::milliseconds kPatience{15'000};

class KilledServiceTest : public ::testing::Test {
protected:
    KilledServiceTest() {
        char path[] = "/dev/shm/clew-test-XXXXXX";  // in memory, wherever tests may run
        EXPECT_NE(mkdtemp(path), nullptr);
        directory_ = path;
        void* const memory =
            mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        finished_ = new (memory) Count(0);
    }
    ~KilledServiceTest() override {
        munmap(finished_, sizeof(Count));
        EXPECT_EQ(rmdir(directory_.c_str()), 0);  // nothing is left in it
    }

    TracingOptions options(const std::string& endpoint) const {
        TracingOptions options;
        options.service_name = "thumbs";
        options.endpoint = endpoint;
        options.ring_dir = directory_;
        options.ring_bytes = std::uint64_t{1} << 22U;
        options.flush_interval_ms = 60'000;
        options.read_environment = false;
        return options;
    }

    // A service that finishes `count` numbered spans, killed when it has told of `kill_after`.
    void run_and_kill(std::uint64_t count, std::uint64_t kill_after) {
        const pid_t service = fork();
        if (service == 0) {
            auto tracing = *Tracing::create(options("http://127.0.0.1:1"));
            for (std::uint64_t i = 0; i < count; ++i) {
                tracing->tracer().new_trace("work").tag("number", i).finish();
                finished_->store(i + 1);
            }
            for (;;) pause();
        }
        while (finished_->load() < kill_after) usleep(100);
        kill(service, SIGKILL);
        int status = 0;
        waitpid(service, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status));
    }

    // How often each numbered span came.
    static std::map<std::string, int> received(const HttpCollector& collector) {
        std::map<std::string, int> numbers;
        for (const std::string& body : collector.bodies()) {
            for (const auto& span : nlohmann::json::parse(body)) ++numbers[span["tags"]["number"]];
        }
        return numbers;
    }

    using Count = std::atomic<std::uint64_t>;
    std::string directory_;
    Count* finished_;  // shared with the service
};

TEST_F(KilledServiceTest, has_all_its_spans_sent_once_by_its_next_start) {
    run_and_kill(500, 500);
    HttpCollector collector;
    auto next = *Tracing::create(options(collector.endpoint()));
    EXPECT_TRUE(next->flush(kPatience));
    EXPECT_EQ(next->counts().sent, 500U);
    EXPECT_EQ(next->counts().tracer.recovered, 500U);
    EXPECT_EQ(next->counts().finished(), 0U);
    EXPECT_TRUE(next->close(kPatience));
    auto third = *Tracing::create(options(collector.endpoint()));
    third->tracer().new_trace("work").tag("number", std::uint64_t{500}).finish();
    EXPECT_TRUE(third->close(kPatience));
    const std::map<std::string, int> numbers = received(collector);
    EXPECT_EQ(numbers.size(), 501U);
    for (const auto& [number, times] : numbers) EXPECT_EQ(times, 1) << number;
}

TEST_F(KilledServiceTest, loses_none_at_whatever_moment_it_is_killed) {
    for (const std::uint64_t kill_after : {1U, 2U, 50U, 333U, 1'000U, 2'500U, 5'000U}) {
        finished_->store(0);
        run_and_kill(20'000, kill_after);
        HttpCollector collector;
        auto next = *Tracing::create(options(collector.endpoint()));
        EXPECT_TRUE(next->flush(kPatience));
        const std::map<std::string, int> numbers = received(collector);
        // The last one may have been finished and not yet told of.
        const std::uint64_t told = finished_->load();
        EXPECT_GE(numbers.size(), told);
        EXPECT_LE(numbers.size(), told + 1);
        EXPECT_EQ(next->counts().tracer.recovery_damaged, 0U);
        for (const auto& [number, times] : numbers) EXPECT_EQ(times, 1) << number;
    }
}

TEST_F(KilledServiceTest, is_told_of_in_the_statistics_of_c) {
    run_and_kill(3, 3);
    HttpCollector collector;
    const std::string endpoint = collector.endpoint();
    clew_options options;
    clew_options_init(&options, sizeof options);
    options.service_name = "thumbs";
    options.endpoint = endpoint.c_str();
    options.ring_dir = directory_.c_str();
    options.ignore_environment = 1;
    clew_tracer* const tracer = clew_tracer_create(&options, nullptr, 0);
    ASSERT_NE(tracer, nullptr);
    EXPECT_EQ(clew_tracer_flush(tracer, 15'000), 1);
    clew_stats stats;
    clew_tracer_stats(tracer, &stats);
    EXPECT_EQ(stats.finished, 0U);
    EXPECT_EQ(stats.recovered, 3U);
    EXPECT_EQ(stats.sent, 3U);
    EXPECT_EQ(stats.recovery_damaged + stats.rings_unfiled, 0U);
    clew_tracer_destroy(tracer);
}

TEST_F(KilledServiceTest, is_not_begun_in_a_directory_that_cannot_be_used) {
    TracingOptions wanted = options("");
    wanted.ring_dir = "/no/such/directory";
    EXPECT_EQ(
        Tracing::create(wanted).error().message,
        "ring_dir is '/no/such/directory', wanted a directory in memory (tmpfs) like /dev/shm: No "
        "such file or directory"
    );
}

}  // namespace
}  // namespace clew::tracing
