// SPDX-License-Identifier: Apache-2.0
// Goal: a program may close a library that traces, whatever its threads are at. Method: one that is
// closed right after a span has finished, and a collector that answers later. The library is used
// on threads that have ended by then: a living one that has a ring of it would keep it open.
#include <string>
#include <thread>

#include <dlfcn.h>

#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"
#include "clew/tracing/internal/unload_test_plugin.h"
#include "clew/transport/testing/http_collector.h"

namespace clew::tracing {
namespace {

using transport::testing::HttpCollector;

class Plugin {
public:
    Plugin() : library_(dlopen(CLEW_UNLOAD_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL)) {}
    ~Plugin() { close(); }
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;

    bool is_open() const { return library_ != nullptr; }
    int trace(const std::string& endpoint) {
        int result = -1;
        std::thread([&] {
            auto* const call = reinterpret_cast<plugin_trace_call*>(dlsym(library_, PLUGIN_TRACE));
            if (call != nullptr) result = call(endpoint.c_str());
        }).join();
        return result;
    }
    void end() { reinterpret_cast<plugin_end_call*>(dlsym(library_, PLUGIN_END))(); }
    void close() {
        if (library_ == nullptr) return;
        EXPECT_EQ(dlclose(library_), 0);
        library_ = nullptr;
    }

private:
    void* library_;
};

bool has_body(const HttpCollector& collector) {
    return testing::becomes_true([&] { return !collector.bodies().empty(); });
}

}  // namespace

TEST(Unload, leaves_a_library_that_still_traces_at_work) {
    HttpCollector collector;
    Plugin plugin;
    ASSERT_TRUE(plugin.is_open()) << dlerror();
    ASSERT_EQ(plugin.trace(collector.endpoint()), 0);
    plugin.close();
    EXPECT_TRUE(has_body(collector));
    Plugin again;  // the same, as it was left: what it began can be ended
    again.end();
}

TEST(Unload, waits_for_no_collector) {
    HttpCollector collector;
    collector.hold_first(100);
    Plugin plugin;
    ASSERT_EQ(plugin.trace(collector.endpoint()), 0);
    ASSERT_TRUE(has_body(collector));  // its thread waits for the answer now
    plugin.end();
    plugin.close();
    collector.release();
}

TEST(Unload, lets_go_of_a_library_that_never_traced) {
    void* const library = dlopen(CLEW_UNLOAD_TEST_PLUGIN_UNUSED, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    EXPECT_EQ(dlclose(library), 0);
    EXPECT_EQ(dlopen(CLEW_UNLOAD_TEST_PLUGIN_UNUSED, RTLD_NOW | RTLD_NOLOAD), nullptr);
}

}  // namespace clew::tracing
