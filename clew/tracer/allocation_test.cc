// SPDX-License-Identifier: Apache-2.0
// Goal: recording a span allocates nothing once its thread has a ring. Method: operator new is
// counted around 10,000 spans.
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/tracer/scoped_span.h"
#include "clew/tracer/tracer.h"

namespace clew::tracer {

namespace {

void record_one(const Tracer& tracer) {
    ScopedSpan request(tracer.next_span("get /thumb/{id}", model::Kind::server));
    request->tag("http.method", "GET").tag("http.path", "/thumb/12").tag("http.status_code", 200);
    request->tag("swift.trans_id", "tx0123456789abcdef01234-0056789abc")
        .tag("account", "AUTH_test");
    request->tag("container", "images").remote_address("10.0.0.17", 50123);
    Span call = tracer.next_span("put", model::Kind::client);
    call.annotate("100-continue").finish();
}

}  // namespace

TEST(Allocation, happens_for_no_sampled_span_after_the_first_of_a_thread) {
    const Tracer tracer = Tracer::create({}).value();
    record_one(tracer);
    const std::size_t before = testing::allocation_count();
    for (int i = 0; i < 10'000; ++i) record_one(tracer);
    EXPECT_EQ(testing::allocation_count() - before, 0U);
    // They were recorded, and lost only for want of a reporter.
    const FinishedCounts counts = tracer.finished_spans().counts();
    EXPECT_EQ(counts.finished, 20'002U);
    EXPECT_EQ(counts.texts_cut, 0U);
}

TEST(Allocation, happens_for_no_span_that_is_not_sampled) {
    TracerOptions options;
    options.sampler = std::make_shared<sampler::NeverSampler>();
    const Tracer tracer = Tracer::create(std::move(options)).value();
    const std::size_t before = testing::allocation_count();
    for (int i = 0; i < 10'000; ++i) record_one(tracer);
    EXPECT_EQ(testing::allocation_count() - before, 0U);
    EXPECT_EQ(tracer.finished_spans().counts().finished, 0U);
}

TEST(Allocation, grows_with_the_logarithm_of_what_is_drained) {
    const auto allocations_for = [](int spans) {
        TracerOptions options;
        options.limits.ring_bytes_max = std::size_t{1} << 24;
        const Tracer tracer = Tracer::create(std::move(options)).value();
        for (int i = 0; i < spans; ++i) tracer.new_trace("a").tag("key", i).finish();
        model::SpanBuilder builder;
        const std::size_t before = testing::allocation_count();
        EXPECT_EQ(tracer.finished_spans().drain(builder, 100'000), static_cast<std::size_t>(spans));
        return testing::allocation_count() - before;
    };
    EXPECT_LE(allocations_for(10'000), allocations_for(100) + 64);
}

}  // namespace clew::tracer
