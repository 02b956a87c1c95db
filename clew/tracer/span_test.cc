// SPDX-License-Identifier: Apache-2.0
// Goal: what an application records comes out of drain() as it was said, within the limits. Method:
// a clock that stands still until told; drained rows are compared field by field.
#include "clew/tracer/span.h"

#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"
#include "clew/base/text.h"
#include "clew/tracer/scoped_span.h"
#include "clew/tracer/tracer.h"

namespace clew::tracer {

namespace {

using model::Kind;
using namespace std::chrono_literals;

constexpr std::int64_t kStart = 1'700'000'000'000'000;

struct Recording {
    explicit Recording(TracerOptions options = {}) {
        options.clock = &clock;
        if (options.service_name.empty()) options.service_name = "Frontend";
        tracer = Tracer::create(std::move(options)).value();
    }

    model::SpanBatch drain() {
        model::SpanBuilder builder;
        tracer.finished_spans().drain(builder, 1000);
        return builder.finish();
    }

    testing::FakeClock clock{Microseconds(kStart)};
    Tracer tracer;
};

std::map<std::string, std::string> tags_of(const model::Span& span) {
    std::map<std::string, std::string> out;
    for (const model::Tag& tag : span.tags()) {
        tag.value.append_text(out[std::string(tag.key)]);
    }
    return out;
}

}  // namespace

TEST(Span, comes_out_with_all_that_was_recorded) {
    TracerOptions options;
    options.service_name = "Frontend";
    options.ipv4 = Ipv4Address{10, 0, 0, 1};
    options.port = 8080;
    Recording recording(std::move(options));
    Span span = recording.tracer.new_trace("GET", Kind::client);
    recording.clock.advance(5us);
    span.tag("http.path", "/thumb").annotate("cache miss").remote_service("ImageStore");
    span.remote_address("10.0.0.2", 9000);
    recording.clock.advance(7us);
    span.finish();
    const model::SpanBatch batch = recording.drain();
    ASSERT_EQ(batch.size(), 1U);
    const model::Span row = batch[0];
    EXPECT_EQ(row.trace_id(), span.context().trace_id);
    EXPECT_EQ(row.id(), span.context().span_id);
    EXPECT_EQ(row.name(), "get");  // in lower case, as Zipkin has names
    EXPECT_EQ(row.kind(), Kind::client);
    EXPECT_EQ(row.timestamp().us, kStart);
    EXPECT_EQ(row.duration().us, 12);
    EXPECT_EQ(row.local_service_name(), "frontend");
    EXPECT_EQ(row.local_endpoint()->ipv4, (Ipv4Address{10, 0, 0, 1}));
    EXPECT_EQ(row.local_endpoint()->port, 8080);
    EXPECT_EQ(row.remote_service_name(), "imagestore");
    EXPECT_EQ(row.remote_endpoint()->ipv4, (Ipv4Address{10, 0, 0, 2}));
    EXPECT_EQ(row.remote_endpoint()->port, 9000);
    EXPECT_EQ(tags_of(row), (std::map<std::string, std::string>{{"http.path", "/thumb"}}));
    ASSERT_EQ(row.annotations().size(), 1U);
    EXPECT_EQ(row.annotations()[0].time.us, kStart + 5);
    EXPECT_EQ(row.annotations()[0].value, "cache miss");
}

TEST(Span, takes_numbers_truth_and_computed_values_as_tags) {
    Recording recording;
    Span span = recording.tracer.new_trace("a");
    span.tag("int", 200).tag("negative", std::int64_t{-5}).tag("large", ~std::uint64_t{0});
    span.tag("yes", true).tag("no", false).tag("c", static_cast<const char*>(nullptr));
    span.tag("ratio", 0.1).tag("float", 2.5F).tag("huge", -1.7976931348623157e308);
    span.error(std::runtime_error("broken"));
    span.tag("computed", [] { return std::string(40, 'x'); });
    span.tag("throws", []() -> std::string { throw std::runtime_error("no"); });
    span.tag("string", std::string("value"));
    span.finish();
    const model::SpanBatch batch = recording.drain();
    EXPECT_EQ(
        tags_of(batch[0]),
        (std::map<std::string, std::string>{
            {"int", "200"},
            {"negative", "-5"},
            {"large", "18446744073709551615"},
            {"yes", "true"},
            {"no", "false"},
            {"c", ""},
            {"ratio", "0.1"},
            {"float", "2.5"},
            {"huge", "-1.7976931348623157e+308"},
            {"error", "broken"},
            {"computed", std::string(40, 'x')},
            {"string", "value"}})
    );
    EXPECT_EQ(recording.tracer.finished_spans().counts().texts_cut, 1U);
}

TEST(Span, computes_no_value_when_it_is_not_recorded) {
    Span span;
    bool computed = false;
    span.tag("key", [&] {
        computed = true;
        return "value";
    });
    EXPECT_FALSE(computed);
}

TEST(Span, keeps_the_last_value_of_a_tag_and_the_last_name) {
    Recording recording;
    Span span = recording.tracer.new_trace("get");
    span.tag("key", "first").tag("key", "second").name("get /thumb/{id}").kind(Kind::server);
    span.finish();
    const model::SpanBatch batch = recording.drain();
    EXPECT_EQ(batch[0].name(), "get /thumb/{id}");
    EXPECT_EQ(batch[0].kind(), Kind::server);
    EXPECT_EQ(tags_of(batch[0])["key"], "second");
}

TEST(Span, is_delivered_once_and_says_nothing_more_after_its_end) {
    Recording recording;
    Span span = recording.tracer.new_trace("a");
    span.finish();
    EXPECT_FALSE(span.is_recording());
    span.tag("key", "value").annotate("late").name("late").error("late");
    span.finish();
    span.finish(Microseconds(kStart));
    span.abandon();
    const model::SpanBatch batch = recording.drain();
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_TRUE(batch[0].tags().empty());
    EXPECT_TRUE(recording.drain().empty());
    EXPECT_TRUE(span.context().has_ids());
}

TEST(Span, is_not_delivered_when_abandoned) {
    Recording recording;
    Span span = recording.tracer.new_trace("a");
    span.tag("key", std::string(2000, 'x'));
    span.abandon();
    span.finish();
    EXPECT_TRUE(recording.drain().empty());
    EXPECT_EQ(recording.tracer.finished_spans().counts().finished, 0U);
}

TEST(Span, is_flushed_without_duration_when_nobody_finished_it) {
    Recording recording;
    { const Span span = recording.tracer.new_trace("a"); }
    {
        Span span = recording.tracer.new_trace("b");
        span = Span();
    }
    const model::SpanBatch batch = recording.drain();
    ASSERT_EQ(batch.size(), 2U);
    for (const model::Span span : batch) {
        EXPECT_EQ(span.timestamp().us, kStart);
        EXPECT_TRUE(span.duration().is_absent());
        ASSERT_EQ(span.annotations().size(), 1U);
        EXPECT_EQ(span.annotations()[0].value, "clew.flush");
    }
    EXPECT_EQ(recording.tracer.finished_spans().counts().orphans, 2U);
    EXPECT_EQ(recording.tracer.finished_spans().counts().finished, 2U);
}

TEST(Span, lasts_at_least_a_microsecond) {
    Recording recording;
    Span at_once = recording.tracer.new_trace("a");
    at_once.finish();
    Span backwards = recording.tracer.new_trace("b");
    backwards.start(Microseconds(kStart + 100)).finish(Microseconds(kStart));
    const model::SpanBatch batch = recording.drain();
    EXPECT_EQ(batch[0].duration().us, 1);
    EXPECT_EQ(batch[1].duration().us, 1);
}

TEST(Span, takes_explicit_times) {
    Recording recording;
    Span span = recording.tracer.new_trace("a");
    span.start(Microseconds(1000)).annotate("b", Microseconds(1500));
    span.finish(Microseconds(3000));
    Span mixed = recording.tracer.new_trace("c");
    mixed.start(Microseconds(kStart - 10));
    recording.clock.advance(5us);
    mixed.finish();
    Span again = recording.tracer.new_trace("d");
    recording.clock.advance(5us);
    again.start(Microseconds(1)).start();
    again.finish();
    const model::SpanBatch batch = recording.drain();
    EXPECT_EQ(batch[0].timestamp().us, 1000);
    EXPECT_EQ(batch[0].duration().us, 2000);
    EXPECT_EQ(batch[0].annotations()[0].time.us, 1500);
    EXPECT_EQ(batch[1].timestamp().us, kStart - 10);
    EXPECT_EQ(batch[1].duration().us, 15);
    EXPECT_EQ(batch[2].timestamp().us, kStart + 10);
}

TEST(Span, takes_times_that_zipkin_cannot_say_for_now) {
    Recording recording;
    Span span = recording.tracer.new_trace("a");
    span.start(Microseconds(0)).start(Microseconds(-5)).annotate("b", Microseconds(-1));
    recording.clock.advance(3us);
    span.finish(Microseconds(-7));
    const model::SpanBatch batch = recording.drain();
    EXPECT_EQ(batch[0].timestamp().us, kStart);
    EXPECT_EQ(batch[0].duration().us, 3);
    EXPECT_EQ(batch[0].annotations()[0].time.us, kStart);
}

TEST(Span, keeps_its_times_when_somebody_sets_the_clock) {
    Recording recording;
    Span parent = recording.tracer.new_trace("parent");
    recording.clock.advance(10us);
    recording.drain();
    recording.clock.set_wall(Microseconds(kStart - 3'600'000'000));
    recording.drain();  // notices that the clock was set
    Span child = recording.tracer.new_child(parent.context(), "child");
    Span other = recording.tracer.new_trace("other");
    recording.clock.advance(10us);
    child.finish();
    parent.finish();
    other.finish();
    const model::SpanBatch batch = recording.drain();
    ASSERT_EQ(batch.size(), 3U);
    EXPECT_EQ(batch[0].timestamp().us, kStart + 10);
    EXPECT_EQ(batch[0].duration().us, 10);
    EXPECT_EQ(batch[1].timestamp().us, kStart);
    EXPECT_EQ(batch[1].duration().us, 20);
    EXPECT_EQ(batch[2].timestamp().us, kStart - 3'600'000'000);  // a new trace: the new time
}

TEST(Span, may_be_moved_with_all_that_it_holds) {
    Recording recording;
    Span small = recording.tracer.new_trace("small");
    small.tag("key", "value");
    Span large = recording.tracer.new_trace("large");
    large.tag("key", std::string(3000, 'x'));
    Span moved(std::move(small));
    EXPECT_FALSE(small.is_recording());
    small.finish();
    moved = std::move(large);  // what it held is an orphan now
    large.tag("ignored", "value").finish();
    moved.tag("more", "1").finish();
    const model::SpanBatch batch = recording.drain();
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_EQ(batch[0].name(), "small");
    EXPECT_EQ(tags_of(batch[0])["key"], "value");
    EXPECT_EQ(batch[1].name(), "large");
    EXPECT_EQ(tags_of(batch[1])["key"], std::string(3000, 'x'));
    EXPECT_EQ(tags_of(batch[1])["more"], "1");
}

TEST(Span, may_end_on_another_thread_and_in_any_order) {
    Recording recording;
    Span first = recording.tracer.new_trace("first");
    Span second = recording.tracer.new_child(first.context(), "second");
    first.finish();
    std::thread([&, span = std::move(second)]() mutable { span.finish(); }).join();
    EXPECT_EQ(recording.drain().size(), 2U);
}

TEST(Span, shows_the_error_that_a_scope_was_left_by) {
    Recording recording;
    const propagation::TraceContext before = current_trace_context();
    try {
        ScopedSpan outer(recording.tracer.next_span("outer"));
        EXPECT_EQ(current_trace_context(), outer->context());
        {
            const ScopedSpan inner(recording.tracer.next_span("inner"));
            EXPECT_EQ((*outer).context(), outer->context());
        }
        throw std::runtime_error("no");
    } catch (const std::runtime_error&) {}
    EXPECT_EQ(current_trace_context(), before);
    const model::SpanBatch batch = recording.drain();
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_EQ(batch[0].parent_id(), batch[1].id());
    EXPECT_TRUE(batch[0].tags().empty());
    EXPECT_EQ(tags_of(batch[1])["error"], "exception");
}

}  // namespace clew::tracer
