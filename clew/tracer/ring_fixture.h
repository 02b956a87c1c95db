// SPDX-License-Identifier: Apache-2.0
#pragma once

// A directory for rings, and processes that die in it: forked children that record with a tracer of
// their own and kill themselves as nobody can prevent. What they left is then looked for.
//
// Threads: the test's.

#include <csignal>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/base/testing/forked_child.h"
#include "clew/tracer/tracer.h"

namespace clew::tracer::internal {

using Names = std::multiset<std::string>;

class RingTest : public ::testing::Test {
protected:
    RingTest() {
        char path[] = "/dev/shm/clew-test-XXXXXX";  // in memory, wherever tests may run
        EXPECT_NE(mkdtemp(path), nullptr);
        directory_ = path;
    }
    ~RingTest() override {
        for (const std::string& name : files()) unlink((directory_ + "/" + name).c_str());
        EXPECT_EQ(rmdir(directory_.c_str()), 0);
    }

    TracerOptions options(const std::string& service = "frontend") const {
        TracerOptions options;
        options.service_name = service;
        options.ring_dir = directory_;
        options.limits.ring_bytes_max = 8192;
        return options;
    }
    Tracer make(const std::string& service = "frontend") const {
        return Tracer::create(options(service)).value();
    }

    // Everything in the directory.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        DIR* const directory = opendir(directory_.c_str());
        while (const dirent* entry = readdir(directory)) {
            const std::string name = entry->d_name;
            if (name != "." && name != "..") names.push_back(name);
        }
        closedir(directory);
        return names;
    }

    static Names drain(const Tracer& tracer, std::size_t spans_max = 1'000'000) {
        model::SpanBuilder builder;
        tracer.finished_spans().drain(builder, spans_max);
        Names names;
        for (const model::Span span : builder.finish()) names.emplace(span.name());
        return names;
    }

    // Runs `body` with a tracer in a child, which then kills itself while the tracer lives.
    static void in_killed_child(
        const TracerOptions& options, const std::function<void(const Tracer&)>& body
    ) {
        const pid_t child = fork();
        if (child == 0) {
            const Tracer tracer = Tracer::create(options).value();
            body(tracer);
            kill(getpid(), SIGKILL);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    }
    // A process of the service that finishes spans of these names and is killed.
    void leave(const std::vector<std::string>& names, const std::string& service = "frontend") {
        in_killed_child(options(service), [&](const Tracer& tracer) {
            for (const std::string& name : names) tracer.new_trace(name).finish();
        });
    }

    static std::string in_child(const std::function<std::string()>& body) {
        return clew::testing::said_in_child(body);
    }

    static std::string join(const Names& names) {
        std::string text;
        for (const std::string& name : names) text += name + " ";
        return text;
    }

    std::string directory_;
};

}  // namespace clew::tracer::internal
