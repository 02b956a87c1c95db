// SPDX-License-Identifier: Apache-2.0
// Goal: spans get the ids, the decision and the place in their trace that Zipkin's model asks for.
// Method: tracers on a clock that stands still; contexts and drained rows are compared.
#include "clew/tracer/tracer.h"

#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"
#include "clew/sampler/function_sampler.h"
#include "clew/tracer/current_trace_context.h"

namespace clew::tracer {

namespace {

using model::Kind;
using propagation::Sampling;
using propagation::TraceContext;

constexpr TraceContext kDeferred{{0, 0xa}, {0xb}, {0xc}};
constexpr TraceContext kSampled{{0, 0xa}, {0xb}, {0xc}, Sampling::sampled};
constexpr TraceContext kDenied{{0, 0xa}, {0xb}, {0xc}, Sampling::not_sampled};
constexpr TraceContext kDebug{{0, 0xa}, {0xb}, {0xc}, Sampling::sampled, true};

// Counts what it is asked.
struct FakeSampler final : sampler::Sampler {
    explicit FakeSampler(bool keeps) : answer(keeps) {}
    using sampler::Sampler::is_sampled;
    bool is_sampled(const model::TraceId&) const noexcept override {
        ++asked;
        return answer;
    }
    bool answer;
    mutable int asked = 0;
};

TracerOptions options_with(std::shared_ptr<const sampler::Sampler> sampler) {
    TracerOptions options;
    options.service_name = "Frontend";
    options.sampler = std::move(sampler);
    return options;
}

Tracer make(TracerOptions options = {}) {
    Expected<Tracer> made = Tracer::create(std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(made).value();
}

model::SpanBatch drain(const Tracer& tracer) {
    model::SpanBuilder builder;
    tracer.finished_spans().drain(builder, 1000);
    return builder.finish();
}

}  // namespace

TEST(Tracer, begins_a_trace_whose_root_has_the_trace_id) {
    const Tracer tracer = make();
    const Span span = tracer.new_trace("get");
    EXPECT_NE(span.context().trace_id.low, 0U);
    EXPECT_EQ(span.context().trace_id.high, 0U);
    EXPECT_EQ(span.context().span_id.value, span.context().trace_id.low);
    EXPECT_TRUE(span.context().parent_id.is_zero());
    EXPECT_EQ(span.context().sampling, Sampling::sampled);
    EXPECT_TRUE(span.is_recording());
}

TEST(Tracer, draws_128_bit_trace_ids_when_asked_to) {
    TracerOptions options;
    options.trace_id_128bit = true;
    const Tracer tracer = make(std::move(options));
    EXPECT_NE(tracer.new_trace("a").context().trace_id.high, 0U);
}

TEST(Tracer, draws_distinct_ids) {
    const Tracer tracer = make(options_with(std::make_shared<sampler::NeverSampler>()));
    std::set<std::uint64_t> ids;
    for (int i = 0; i < 10'000; ++i) ids.insert(tracer.new_trace("a").context().trace_id.low);
    EXPECT_EQ(ids.size(), 10'000U);
    EXPECT_FALSE(ids.contains(0));
}

TEST(Tracer, asks_the_sampler_once_for_a_trace) {
    const auto sampler = std::make_shared<FakeSampler>(true);
    const Tracer tracer = make(options_with(sampler));
    Span root = tracer.new_trace("root");
    Span child = tracer.new_child(root.context(), "child");
    const Span grandchild = tracer.new_child(child.context(), "grandchild");
    EXPECT_EQ(sampler->asked, 1);
    EXPECT_TRUE(grandchild.is_recording());
}

TEST(Tracer, keeps_ids_and_the_denial_when_a_trace_is_not_sampled) {
    const auto sampler = std::make_shared<FakeSampler>(false);
    const Tracer tracer = make(options_with(sampler));
    Span root = tracer.new_trace("root");
    EXPECT_FALSE(root.is_recording());
    EXPECT_TRUE(root.context().has_ids());
    EXPECT_EQ(root.context().sampling, Sampling::not_sampled);
    Span child = tracer.new_child(root.context(), "child");
    EXPECT_EQ(child.context(), root.context());
    EXPECT_EQ(sampler->asked, 1);
    child.tag("key", "value").annotate("event").error("no").finish();
    root.finish();
    EXPECT_TRUE(drain(tracer).empty());
    EXPECT_EQ(tracer.finished_spans().counts().finished, 0U);
}

TEST(Tracer, makes_children_that_point_to_their_parent) {
    const Tracer tracer = make();
    const Span root = tracer.new_trace("root");
    const Span child = tracer.new_child(root.context(), "child", Kind::client);
    EXPECT_EQ(child.context().trace_id, root.context().trace_id);
    EXPECT_EQ(child.context().parent_id, root.context().span_id);
    EXPECT_NE(child.context().span_id, root.context().span_id);
    EXPECT_FALSE(child.context().shared);
}

TEST(Tracer, joins_the_span_of_the_caller) {
    const auto sampler = std::make_shared<FakeSampler>(false);
    const Tracer tracer = make(options_with(sampler));
    Span span = tracer.join_span(kSampled, "get");
    EXPECT_EQ(span.context().span_id, kSampled.span_id);
    EXPECT_EQ(span.context().parent_id, kSampled.parent_id);
    EXPECT_TRUE(span.context().shared);
    EXPECT_EQ(sampler->asked, 0);
    span.finish();
    const model::SpanBatch batch = drain(tracer);
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_TRUE(batch[0].shared());
    EXPECT_EQ(batch[0].id(), model::SpanId{0xb});
    EXPECT_EQ(batch[0].parent_id(), model::SpanId{0xc});
    EXPECT_EQ(batch[0].kind(), Kind::server);
}

TEST(Tracer, makes_a_child_of_the_callers_span_without_join) {
    TracerOptions options;
    options.supports_join = false;
    const Tracer tracer = make(std::move(options));
    const Span span = tracer.join_span(kSampled, "get");
    EXPECT_EQ(span.context().trace_id, kSampled.trace_id);
    EXPECT_EQ(span.context().parent_id, kSampled.span_id);
    EXPECT_NE(span.context().span_id, kSampled.span_id);
    EXPECT_FALSE(span.context().shared);
}

TEST(Tracer, decides_itself_about_a_joined_trace_that_was_deferred) {
    for (const bool keeps : {false, true}) {
        const auto sampler = std::make_shared<FakeSampler>(keeps);
        const Tracer tracer = make(options_with(sampler));
        const Span span = tracer.join_span(kDeferred, "get");
        EXPECT_EQ(span.is_recording(), keeps);
        EXPECT_EQ(span.context().span_id, kDeferred.span_id);
        EXPECT_TRUE(span.context().shared);
        EXPECT_EQ(sampler->asked, 1);
    }
}

TEST(Tracer, never_raises_a_denial_except_for_debug) {
    const auto sampler = std::make_shared<FakeSampler>(true);
    const Tracer tracer = make(options_with(sampler));
    EXPECT_FALSE(tracer.join_span(kDenied, "a").is_recording());
    EXPECT_FALSE(tracer.next_span(kDenied, "a").is_recording());
    EXPECT_EQ(sampler->asked, 0);
    const Tracer never = make(options_with(std::make_shared<sampler::NeverSampler>()));
    Span span = never.join_span(kDebug, "a");
    EXPECT_TRUE(span.is_recording());
    EXPECT_TRUE(never.new_child(span.context(), "b").context().debug);
    span.finish();
    EXPECT_TRUE(drain(never)[0].debug());
}

TEST(Tracer, obeys_an_extracted_decision_that_came_without_ids) {
    const auto sampler = std::make_shared<FakeSampler>(true);
    const Tracer tracer = make(options_with(sampler));
    const Span denied = tracer.join_span({{}, {}, {}, Sampling::not_sampled}, "a");
    EXPECT_TRUE(denied.context().has_ids());
    EXPECT_FALSE(denied.context().shared);
    EXPECT_EQ(denied.context().sampling, Sampling::not_sampled);
    EXPECT_TRUE(tracer.join_span({{}, {}, {}, Sampling::sampled}, "a").is_recording());
    const Span debug = tracer.next_span({{}, {}, {}, Sampling::sampled, true}, "a");
    EXPECT_TRUE(debug.context().debug);
    EXPECT_EQ(sampler->asked, 0);
    EXPECT_TRUE(tracer.join_span({}, "a").is_recording());
    EXPECT_EQ(sampler->asked, 1);
}

TEST(Tracer, shows_the_request_to_the_sampler_where_the_decision_is_open) {
    const auto uploads =
        std::make_shared<sampler::FunctionSampler>([](const model::TraceId& id,
                                                      const sampler::Request& request) {
            EXPECT_FALSE(id.is_zero());
            return request.method == "PUT" && request.path == "/a";
        });
    const Tracer tracer = make(options_with(uploads));
    const auto kept = [&](const TraceContext& extracted, const sampler::Request& request) {
        return tracer.join_span(extracted, "a", model::Kind::server, request).is_recording();
    };
    for (const TraceContext& open : {TraceContext{}, kDeferred}) {
        EXPECT_TRUE(kept(open, {"PUT", "/a"}));
        EXPECT_FALSE(kept(open, {"PUT", "/b"}));
        EXPECT_FALSE(tracer.join_span(open, "a").is_recording());
    }
    EXPECT_TRUE(kept(kSampled, {"PUT", "/b"}));
    EXPECT_FALSE(kept(kDenied, {"PUT", "/a"}));
    EXPECT_TRUE(kept(kDebug, {"PUT", "/b"}));

    TracerOptions options = options_with(uploads);
    options.supports_join = false;
    const Tracer parting = make(std::move(options));
    EXPECT_TRUE(parting.join_span(kDeferred, "a", model::Kind::server, {"PUT", "/a"}).is_recording()
    );
}

TEST(Tracer, takes_a_trace_id_without_span_id_for_no_ids) {
    const Tracer tracer = make();
    const Span span = tracer.join_span({{0, 0xa}, {}, {}, Sampling::sampled}, "a");
    EXPECT_NE(span.context().trace_id.low, 0xaU);
    EXPECT_TRUE(span.context().has_ids());
}

TEST(Tracer, continues_the_current_context_of_the_thread) {
    const Tracer tracer = make();
    const Span alone = tracer.next_span("alone");
    EXPECT_TRUE(alone.context().parent_id.is_zero());
    const CurrentScope scope(alone.context());
    const Span child = tracer.next_span("child", Kind::client);
    EXPECT_EQ(child.context().parent_id, alone.context().span_id);
    EXPECT_EQ(child.context().trace_id, alone.context().trace_id);
}

TEST(Tracer, passes_contexts_on_when_it_is_off) {
    const Tracer off;
    EXPECT_TRUE(off.is_off());
    EXPECT_FALSE(off.new_trace("a").is_recording());
    EXPECT_EQ(off.join_span(kSampled, "a").context(), kSampled);
    EXPECT_FALSE(off.join_span(kSampled, "a").is_recording());
    EXPECT_EQ(off.new_child(kSampled, "a").context(), kSampled);
    EXPECT_FALSE(off.next_span("a").is_recording());
    model::SpanBuilder builder;
    EXPECT_EQ(off.finished_spans().drain(builder, 10), 0U);
    EXPECT_EQ(off.finished_spans().counts().finished, 0U);
    off.finished_spans().set_wake_up({});
}

TEST(Tracer, lets_spans_outlive_it_and_counts_them_as_closed) {
    Tracer tracer = make();
    FinishedSpans finished = tracer.finished_spans();
    Span early = tracer.new_trace("early");
    Span late = tracer.new_trace("late");
    early.finish();
    tracer = Tracer();
    late.tag("key", std::string(5000, 'x')).finish();
    model::SpanBuilder builder;
    EXPECT_EQ(finished.drain(builder, 10), 0U);
    EXPECT_EQ(finished.counts().dropped[static_cast<std::size_t>(DropReason::closed)], 1U);
    EXPECT_EQ(finished.counts().finished, 2U);
}

TEST(Tracer, may_be_moved_while_spans_are_open) {
    Tracer first = make();
    Span span = first.new_trace("a");
    Tracer second(std::move(first));
    EXPECT_TRUE(first.is_off());
    span.finish();
    EXPECT_EQ(drain(second).size(), 1U);
}

TEST(Tracer, refuses_limits_out_of_their_range_by_name) {
    const auto refusal = [](auto change) {
        TracerOptions options;
        change(options.limits);
        const Expected<Tracer> made = Tracer::create(options);
        return made ? std::string("accepted") : made.error().message;
    };
    using L = TracerLimits;
    EXPECT_EQ(
        refusal([](L& l) { l.ring_bytes_max = 5000; }),
        "ring_bytes_max should be a power of two: was 5000"
    );
    EXPECT_EQ(
        refusal([](L& l) { l.rings_max = 0; }), "rings_max should be between 1 and 1048576: was 0"
    );
    EXPECT_TRUE(refusal([](L& l) { l.ring_bytes_max = 64; }).starts_with("ring_bytes_max"));
    EXPECT_TRUE(refusal([](L& l) { l.span_bytes_max = 100; }).starts_with("span_bytes_max"));
    EXPECT_TRUE(refusal([](L& l) { l.tag_key_bytes_max = 7; }).starts_with("tag_key_bytes_max"));
    EXPECT_TRUE(refusal([](L& l) { l.tag_value_bytes_max = 0; }).starts_with("tag_value_bytes"));
    EXPECT_TRUE(refusal([](L& l) { l.annotation_bytes_max = 1; }).starts_with("annotation_bytes"));
    EXPECT_TRUE(refusal([](L& l) { l.name_bytes_max = 1; }).starts_with("name_bytes_max"));
    EXPECT_TRUE(refusal([](L& l) { l.tags_max = 65536; }).starts_with("tags_max"));
    EXPECT_TRUE(refusal([](L& l) { l.annotations_max = 65536; }).starts_with("annotations_max"));
    EXPECT_EQ(refusal([](L&) {}), "accepted");
}

}  // namespace clew::tracer
