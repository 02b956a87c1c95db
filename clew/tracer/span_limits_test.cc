// SPDX-License-Identifier: Apache-2.0
// Goal: every limit on a span holds, is marked in what is delivered, and is counted; no text that
// an application gives makes an invalid one. Method: texts at, below and above each limit.
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/text.h"
#include "clew/tracer/internal/span_block.h"
#include "clew/tracer/span.h"
#include "clew/tracer/tracer.h"

namespace clew::tracer {

namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

struct Recording {
    explicit Recording(TracerLimits limits = {}) {
        TracerOptions options;
        options.service_name = "frontend";
        options.limits = limits;
        tracer = Tracer::create(std::move(options)).value();
    }

    // The row of one span that `record` fills.
    template <typename F>
    model::Span row_of(F record) {
        Span span = tracer.new_trace("a");
        record(span);
        span.finish();
        model::SpanBuilder builder;
        EXPECT_EQ(tracer.finished_spans().drain(builder, 10), 1U);
        batch = builder.finish();
        return batch[0];
    }
    std::uint64_t texts_cut() const { return tracer.finished_spans().counts().texts_cut; }

    Tracer tracer;
    model::SpanBatch batch;
};

std::string_view value_of(const model::Span& span, std::string_view key) {
    const model::Value* const value = span.find_tag(key);
    return value == nullptr ? std::string_view("absent") : value->text();
}

// Goes through clew's own texts to what a tag with this value is delivered as.
std::string delivered(std::string_view value) {
    Recording recording;
    return std::string(value_of(recording.row_of([&](Span& s) { s.tag("key", value); }), "key"));
}

}  // namespace

TEST(SpanLimits, keeps_a_tag_value_of_64_kib_and_cuts_and_marks_a_longer_one) {
    constexpr std::size_t kMax = std::size_t{64} * 1024;
    Recording recording;
    const std::string fits(kMax, 'x');
    EXPECT_EQ(value_of(recording.row_of([&](Span& s) { s.tag("key", fits); }), "key"), fits);
    EXPECT_EQ(recording.texts_cut(), 0U);
    const model::Span row = recording.row_of([&](Span& s) { s.tag("key", fits + "x"); });
    const std::string_view cut = value_of(row, "key");
    EXPECT_EQ(cut.size(), kMax);
    EXPECT_EQ(cut, fits.substr(0, kMax - 3) + std::string(kEllipsis));
    EXPECT_EQ(recording.texts_cut(), 1U);
}

TEST(SpanLimits, keeps_a_tag_key_of_256_bytes_and_cuts_and_marks_a_longer_one) {
    Recording recording;
    const std::string fits(256, 'k');
    const model::Span whole = recording.row_of([&](Span& s) { s.tag(fits, "value").tag("b", 1); });
    EXPECT_EQ(value_of(whole, fits), "value");
    const model::Span row =
        recording.row_of([&](Span& s) { s.tag(fits + "k", "value").tag("b", 1); });
    EXPECT_EQ(value_of(row, fits.substr(0, 253) + std::string(kEllipsis)), "value");
    EXPECT_EQ(value_of(row, "b"), "1");
    EXPECT_EQ(recording.texts_cut(), 1U);
}

TEST(SpanLimits, cuts_names_and_annotations) {
    TracerLimits limits;
    limits.name_bytes_max = 10;
    limits.annotation_bytes_max = 12;
    Recording recording(limits);
    const model::Span row = recording.row_of([&](Span& s) {
        s.name("0123456789a").annotate("0123456789abc").remote_service("abcdefghijk");
    });
    EXPECT_EQ(row.name(), "0123456" + std::string(kEllipsis));
    EXPECT_EQ(row.annotations()[0].value, "012345678" + std::string(kEllipsis));
    EXPECT_EQ(row.remote_service_name(), "abcdefg" + std::string(kEllipsis));
    EXPECT_EQ(recording.texts_cut(), 3U);
}

TEST(SpanLimits, cuts_between_characters) {
    TracerLimits limits;
    limits.tag_value_bytes_max = 10;
    Recording recording(limits);
    // Seven bytes are left before the mark; the fourth character ends at eight.
    const std::string text = "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4";
    const model::Span row = recording.row_of([&](Span& s) { s.tag("key", text); });
    EXPECT_EQ(value_of(row, "key"), text.substr(0, 6) + std::string(kEllipsis));
}

TEST(SpanLimits, counts_tags_and_annotations_beyond_their_number) {
    TracerLimits limits;
    limits.tags_max = 3;
    limits.annotations_max = 2;
    Recording recording(limits);
    const model::Span row = recording.row_of([&](Span& s) {
        for (int i = 0; i < 5; ++i) s.tag("key" + std::to_string(i), i);
        for (int i = 0; i < 5; ++i) s.annotate("event" + std::to_string(i));
    });
    EXPECT_EQ(row.tags().size(), 3U);
    EXPECT_EQ(row.annotations().size(), 2U);
    EXPECT_EQ(recording.texts_cut(), 5U);
}

TEST(SpanLimits, leaves_out_what_makes_a_span_larger_than_its_limit) {
    TracerLimits limits;
    limits.span_bytes_max = 2048;
    limits.tag_value_bytes_max = 1024;
    limits.annotation_bytes_max = 1024;
    Recording recording(limits);
    const model::Span row = recording.row_of([&](Span& s) {
        s.tag("first", std::string(1020, 'x'));
        s.tag("second", std::string(1020, 'x'));  // passes the limit
        s.tag("small", "still fits");
        s.annotate(std::string(1020, 'x'));
    });
    EXPECT_EQ(value_of(row, "first").size(), 1020U);
    EXPECT_EQ(value_of(row, "second"), "absent");
    EXPECT_EQ(value_of(row, "small"), "still fits");
    EXPECT_TRUE(row.annotations().empty());
    EXPECT_EQ(recording.texts_cut(), 2U);
}

TEST(SpanLimits, keeps_a_span_small_enough_for_its_ring) {
    TracerLimits limits;
    limits.ring_bytes_max = 4096;
    Recording recording(limits);
    for (int i = 0; i < 100; ++i) {  // wherever in the ring the record comes to lie
        const model::Span row = recording.row_of([&](Span& s) {
            for (int t = 0; t < 100; ++t) s.tag("key" + std::to_string(t), std::string(50, 'x'));
        });
        EXPECT_GT(row.tags().size(), 20U);
    }
    EXPECT_EQ(recording.tracer.finished_spans().counts().dropped_total(), 0U);
}

TEST(SpanLimits, grows_beyond_its_inline_bytes_as_often_as_needed) {
    Recording recording;
    const model::Span row = recording.row_of([&](Span& s) {
        for (int t = 0; t < 200; ++t) s.tag("key" + std::to_string(t), std::string(300, 'x'));
    });
    EXPECT_EQ(row.tags().size(), 200U);
    EXPECT_EQ(value_of(row, "key199"), std::string(300, 'x'));
}

TEST(SpanLimits, replaces_bytes_that_are_no_utf8_and_keeps_nul_out) {
    EXPECT_EQ(
        delivered("a\xff"
                  "b"),
        "a\xef\xbf\xbd"
        "b"
    );
    EXPECT_EQ(
        delivered(std::string_view("a\0b", 3)),
        "a\xef\xbf\xbd"
        "b"
    );
    EXPECT_EQ(delivered(std::string_view("\0", 1)), "\xef\xbf\xbd");
    // A sequence that is cut counts as one, NUL as one more.
    EXPECT_EQ(delivered(std::string_view("\xe2\x82\0", 3)), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(delivered("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(delivered(""), "");
}

TEST(SpanLimits, holds_a_limit_also_when_replaced_bytes_need_more_room) {
    TracerLimits limits;
    limits.tag_value_bytes_max = 20;
    Recording recording(limits);
    const model::Span row =
        recording.row_of([&](Span& s) { s.tag("key", std::string(20, '\xff')); });
    const std::string_view value = value_of(row, "key");
    EXPECT_LE(value.size(), 20U);
    EXPECT_TRUE(is_valid_utf8(value));
    EXPECT_TRUE(value.ends_with(kEllipsis));
}

TEST(SpanLimits, survives_any_bytes_everywhere) {
    Recording recording;
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    const model::Span row = recording.row_of([&](Span& s) {
        s.name(bytes).tag(bytes, bytes).annotate(bytes).remote_service(bytes).error(bytes);
        s.remote_address(bytes, 1).local_address(bytes, 2);
    });
    for (const std::string_view text :
         {row.name(),
          row.tags()[0].key,
          value_of(row, "error"),
          row.annotations()[0].value,
          row.remote_service_name()}) {
        EXPECT_TRUE(is_valid_utf8(text));
        EXPECT_EQ(text.find('\0'), std::string_view::npos);
    }
    EXPECT_EQ(row.remote_endpoint()->port, 1);
    EXPECT_FALSE(row.remote_endpoint()->ipv4.has_value());
    EXPECT_EQ(row.local_endpoint()->port, 2);
}

TEST(SpanLimits, takes_addresses_as_text_and_as_endpoint) {
    Recording recording;
    const model::Span v6 =
        recording.row_of([&](Span& s) { s.remote_address("2001:db8::c001", 443); });
    EXPECT_TRUE(v6.remote_endpoint()->ipv6.has_value());
    EXPECT_FALSE(v6.remote_endpoint()->ipv4.has_value());
    model::Endpoint endpoint;
    endpoint.service_name = "Backend";
    endpoint.ipv4 = Ipv4Address{127, 0, 0, 1};
    endpoint.ipv6 = Ipv6Address{0x20, 1};
    endpoint.port = 80;
    const model::Span both = recording.row_of([&](Span& s) {
        s.remote_address("2001:db8::c001", 443).remote_endpoint(endpoint);
    });
    endpoint.service_name = "backend";
    EXPECT_EQ(*both.remote_endpoint(), endpoint);
    const model::Span none =
        recording.row_of([&](Span& s) { s.remote_endpoint(endpoint).remote_endpoint({}); });
    EXPECT_EQ(none.remote_endpoint(), nullptr);
    const model::Span local = recording.row_of([&](Span& s) { s.local_address("10.1.2.3", 8080); });
    EXPECT_EQ(local.local_service_name(), "frontend");
    EXPECT_EQ(local.local_endpoint()->ipv4, (Ipv4Address{10, 1, 2, 3}));
    EXPECT_EQ(local.local_endpoint()->port, 8080);
}

TEST(SpanLimits, records_no_span_more_than_may_be_open_at_once) {
    TracerLimits limits;
    limits.open_spans_max = internal::SpanBlock::held() + 3;
    // A thread of its own has no spare blocks.
    std::thread([&] {
        Recording recording(limits);
        std::vector<Span> open;
        for (int i = 0; i < 5; ++i) open.push_back(recording.tracer.new_trace("open"));
        EXPECT_TRUE(open[2].is_recording());
        EXPECT_FALSE(open[3].is_recording());
        EXPECT_TRUE(open[4].context().has_ids());
        for (Span& span : open) span.finish();
        EXPECT_TRUE(recording.tracer.new_trace("again").is_recording());
        const FinishedCounts counts = recording.tracer.finished_spans().counts();
        EXPECT_EQ(counts.dropped[static_cast<std::size_t>(DropReason::open_spans_max)], 2U);
        EXPECT_EQ(counts.finished, 6U);
    }).join();
}

TEST(SpanLimits, cleans_and_cuts_the_service_name) {
    TracerOptions options;
    options.service_name = std::string("Fr\xff\0nt", 6) + std::string(300, 'X');
    const Tracer tracer = Tracer::create(std::move(options)).value();
    tracer.new_trace("a").finish();
    model::SpanBuilder builder;
    ASSERT_EQ(tracer.finished_spans().drain(builder, 1), 1U);
    const model::SpanBatch batch = builder.finish();
    EXPECT_TRUE(batch[0].local_service_name().starts_with("fr\xef\xbf\xbdntxxx"));
    EXPECT_EQ(batch[0].local_service_name().size(), 256U);
}

}  // namespace clew::tracer
