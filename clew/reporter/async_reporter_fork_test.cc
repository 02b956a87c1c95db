// SPDX-License-Identifier: Apache-2.0
// Goal: every span is sent once, by the process that finished it, however processes fork.
// Method: real forks around rings, worker and socket in every state; the collector is the parent's.
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/reporter/async_reporter.h"
#include "clew/tracer/tracer.h"
#include "clew/transport/http/http_sender.h"
#include "clew/transport/testing/http_collector.h"

namespace clew::reporter {
namespace {

using std::chrono::milliseconds;
using transport::testing::HttpCollector;

constexpr milliseconds kPatience{15'000};

// True when every thread of this process but the calling one sleeps.
bool are_others_asleep() {
    DIR* const tasks = opendir("/proc/self/task");
    bool asleep = true;
    while (const dirent* task = readdir(tasks)) {
        if (task->d_name[0] == '.' || task->d_name == std::to_string(gettid())) continue;
        std::ifstream file("/proc/self/task/" + std::string(task->d_name) + "/stat");
        const std::string line{std::istreambuf_iterator<char>(file), {}};
        const std::size_t name_end = line.rfind(')');
        asleep = asleep && name_end != std::string::npos && line.substr(name_end + 2, 1) == "S";
    }
    closedir(tasks);
    return asleep;
}

class AsyncReporterForkTest : public ::testing::Test {
protected:
    AsyncReporterForkTest() : tracer_(*tracer::Tracer::create({})) {
        ReporterOptions options;
        options.flush_interval = milliseconds(60'000);  // only flushes send
        transport::HttpSenderOptions sender;
        sender.peer = {"127.0.0.1", collector_.port()};
        reporter_ = *AsyncReporter::create(
            {tracer_.finished_spans(),
             [] { return std::make_unique<codec::JsonV2Encoder>(); },
             [sender] { return std::make_unique<transport::HttpSender>(sender); }},
            options
        );
    }
    void finish_spans(const std::string& name, int count) {
        for (int i = 0; i < count; ++i) tracer_.new_trace(name).finish();
    }
    bool flush() { return reporter_->flush(kPatience); }
    bool is_balanced(std::uint64_t sent) const {
        const ReporterCounts counts = reporter_->counts();
        return counts.sent == sent && counts.finished() == sent && counts.dropped_total() == 0;
    }
    // Runs `body` in a child; the child's exit status says whether it returned true. Forks while
    // the collector's threads sleep: AddressSanitizer's allocator does not survive a fork while
    // another thread is inside it (the C library's does).
    static pid_t fork_child(const std::function<bool()>& body) {
        const auto deadline = transport::Deadline::after(kPatience);
        while (!are_others_asleep() && !deadline.has_passed()) std::this_thread::yield();
        const pid_t child = fork();
        if (child == 0) _exit(body() ? 0 : 1);
        return child;
    }
    static void expect_success(pid_t child) {
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    // How often each span arrived, by name; also checks that no span id came twice.
    std::map<std::string, int> arrived() const {
        std::map<std::string, int> names;
        std::map<std::string, int> ids;
        for (const std::string& body : collector_.bodies()) {
            for (const nlohmann::json& span : nlohmann::json::parse(body)) {
                ++names[span["name"].get<std::string>()];
                EXPECT_EQ(++ids[span["id"].get<std::string>()], 1);
            }
        }
        return names;
    }
    void wait_for_bodies(std::size_t count) const {
        const auto deadline = transport::Deadline::after(kPatience);
        while (collector_.bodies().size() < count && !deadline.has_passed()) {
            std::this_thread::yield();
        }
        ASSERT_GE(collector_.bodies().size(), count);
    }

    using Names = std::map<std::string, int>;

    HttpCollector collector_;
    tracer::Tracer tracer_;
    std::unique_ptr<AsyncReporter> reporter_;
};

TEST_F(AsyncReporterForkTest, serves_a_child_that_was_forked_before_the_first_span) {
    const pid_t child = fork_child([this] {
        finish_spans("child", 3);
        return flush() && is_balanced(3);
    });
    expect_success(child);
    finish_spans("parent", 2);
    EXPECT_TRUE(flush());
    EXPECT_TRUE(is_balanced(2));
    EXPECT_EQ(arrived(), (Names{{"child", 3}, {"parent", 2}}));
}

TEST_F(AsyncReporterForkTest, leaves_records_in_the_ring_to_the_parent) {
    finish_spans("parent", 10);
    const pid_t child = fork_child([this] {
        finish_spans("child", 5);
        return flush() && is_balanced(5);
    });
    expect_success(child);
    EXPECT_TRUE(flush());
    EXPECT_TRUE(is_balanced(10));
    EXPECT_EQ(arrived(), (Names{{"child", 5}, {"parent", 10}}));
}

TEST_F(AsyncReporterForkTest, leaves_a_message_in_flight_to_the_parent) {
    collector_.hold_first(1);
    finish_spans("parent", 10);
    std::thread flushing([this] { EXPECT_TRUE(flush()); });
    wait_for_bodies(1);
    finish_spans("late", 2);
    const pid_t child = fork_child([this] {
        finish_spans("child", 5);
        return flush() && is_balanced(5);
    });
    expect_success(child);
    collector_.release();
    flushing.join();
    EXPECT_TRUE(flush());
    EXPECT_TRUE(is_balanced(12));
    EXPECT_EQ(arrived(), (Names{{"child", 5}, {"late", 2}, {"parent", 10}}));
}

TEST_F(AsyncReporterForkTest, uses_no_connection_of_the_parent) {
    finish_spans("parent", 1);
    EXPECT_TRUE(flush());
    EXPECT_EQ(collector_.connections(), 1U);
    const pid_t child = fork_child([this] {
        finish_spans("child", 1);
        return flush();
    });
    expect_success(child);
    EXPECT_EQ(collector_.connections(), 2U);
    finish_spans("parent", 1);
    EXPECT_TRUE(flush());
    EXPECT_EQ(collector_.connections(), 2U);  // the parent's is still good
}

TEST_F(AsyncReporterForkTest, serves_children_of_children) {
    finish_spans("parent", 1);
    EXPECT_TRUE(flush());
    const pid_t child = fork_child([this] {
        finish_spans("child", 2);
        if (!flush()) return false;
        finish_spans("unsent", 1);
        const pid_t grandchild = fork_child([this] {
            finish_spans("grandchild", 3);
            return flush() && is_balanced(3);
        });
        int status = -1;
        return waitpid(grandchild, &status, 0) == grandchild && status == 0 && flush() &&
               is_balanced(3);
    });
    expect_success(child);
    EXPECT_EQ(arrived(), (Names{{"child", 2}, {"grandchild", 3}, {"parent", 1}, {"unsent", 1}}));
}

TEST_F(AsyncReporterForkTest, reports_a_span_that_was_open_at_the_fork_once) {
    tracer::Span span = tracer_.new_trace("open");
    const pid_t child = fork_child([&] {
        span.finish();
        tracer_.new_child(span.context(), "below").finish();
        return flush() && is_balanced(1);
    });
    expect_success(child);
    span.finish();
    EXPECT_TRUE(flush());
    EXPECT_EQ(arrived(), (Names{{"below", 1}, {"open", 1}}));
}

TEST_F(AsyncReporterForkTest, ends_in_a_child_that_traced_nothing) {
    finish_spans("parent", 4);
    const pid_t child = fork_child([this] {
        const bool flushed = flush();
        reporter_.reset();
        return flushed;
    });
    expect_success(child);
    EXPECT_TRUE(flush());
    EXPECT_EQ(arrived(), (Names{{"parent", 4}}));
}

TEST_F(AsyncReporterForkTest, serves_many_children_at_once) {
    finish_spans("parent", 7);
    int gate[2];
    ASSERT_EQ(pipe(gate), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) {
        children.push_back(fork_child([&] {
            close(gate[1]);
            char byte = 0;
            if (read(gate[0], &byte, 1) != 0) return false;  // until all are there
            finish_spans("child", 11);
            return reporter_->close(kPatience) && is_balanced(11);
        }));
    }
    close(gate[0]);
    close(gate[1]);
    for (const pid_t child : children) expect_success(child);
    EXPECT_TRUE(reporter_->close(kPatience));
    EXPECT_EQ(arrived(), (Names{{"child", 88}, {"parent", 7}}));
}

}  // namespace
}  // namespace clew::reporter
