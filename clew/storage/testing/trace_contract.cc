// SPDX-License-Identifier: Apache-2.0
// Goal: what is stored comes back, each field as it was, by id.
// Method: spans of every shape; the fixture compares every answer with what was stored.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "clew/model/span_builder.h"
#include "clew/model/testing/span_text.h"
#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

int link_trace_contract() { return 1; }

namespace {

const std::string kA = "000000000000000a";
const std::string kB = "000000000000000b";
const std::string kLongA = "0000000000000001000000000000000a";

TEST_P(StorageContract, gets_nothing_while_empty) {
    EXPECT_EQ(got({0, 0xa}), "");
    EXPECT_EQ(got_many({{0, 0xa}, {0, 0xb}}), Texts{});
}

TEST_P(StorageContract, gets_a_trace_by_its_whole_id) {
    store("trace=1000000000000000a id=1 at=+1000");
    EXPECT_EQ(got({1, 0xa}), kLongA);
    EXPECT_EQ(got({0, 0xa}), "") << "the low half is another id";
    EXPECT_EQ(got({2, 0xa}), "");
    EXPECT_EQ(got_many({{0, 0xa}, {2, 0xa}}), Texts{});
}

TEST_P(StorageContract, gets_traces_in_the_order_asked_and_leaves_unknown_ones_out) {
    store("trace=a id=1 at=+1000\ntrace=b id=1 at=+2000\ntrace=1000000000000000a id=1 at=+3000");
    EXPECT_EQ(got_many({{0, 0xb}, {0, 0xc}, {0, 0xa}}), (Texts{kB, kA}));
    EXPECT_EQ(got_many({{1, 0xa}, {0, 0xa}}), (Texts{kLongA, kA}));
    EXPECT_EQ(got_many({{0, 0xb}, {0, 0xb}}), Texts{kB});
    EXPECT_EQ(got_many({}), Texts{});
}

TEST_P(StorageContract, gets_a_trace_by_either_width_when_it_is_not_strict) {
    restart({.strict_trace_id = false, .search_enabled = true, .autocomplete_keys = {}});
    store("trace=1000000000000000a id=1 at=+1000\ntrace=a id=2 parent=1 at=+2000");
    store("trace=2000000000000000b id=1 at=+3000");
    EXPECT_EQ(got({1, 0xa}), kA);
    EXPECT_EQ(got({0, 0xa}), kA);
    EXPECT_EQ(got({7, 0xb}), kB);
    EXPECT_EQ(got_many({{0, 0xb}, {1, 0xa}}), (Texts{kB, kA}));
    EXPECT_EQ(got_many({{1, 0xa}, {0, 0xa}}), Texts{kA}) << "twins are one trace";
    EXPECT_EQ(got_many({{0, 0xc}, {0, 0xd}}), Texts{}) << "never an empty trace";
}

TEST_P(StorageContract, stores_an_exact_repetition_once) {
    const std::string text = "trace=a id=1 at=+1000 for=5 local=s tag:k=v note:+1001=x";
    store(text + "\n" + text);
    store(text);
    store(text + "\ntrace=a id=2 parent=1 at=+1001\n" + text);
    const auto trace = storage().span_store().get_trace({0, 0xa}, QueryContext::unlimited());
    ASSERT_TRUE(trace.has_value());
    EXPECT_EQ(trace->spans.size(), 2U);
    EXPECT_EQ(got({0, 0xa}), kA);
}

TEST_P(StorageContract, keeps_a_span_that_differs_in_any_field) {
    const std::string span = "trace=a id=1 ";
    store(span);
    for (const char* more : {"parent=2", "kind=CLIENT", "kind=SERVER",     "name=x",
                             "name=y",   "at=+1000",    "at=+1001",        "for=1",
                             "local=s",  "local=s@:1",  "local=s@1.2.3.4", "local=s@[2001:db8::1]",
                             "remote=s", "note:+5=x",   "note:+6=x",       "note:+5=y",
                             "tag:k=v",  "tag:k=w",     "tag:l=v",         "debug",
                             "shared"}) {
        store(span + more);
    }
    const auto trace = storage().span_store().get_trace({0, 0xa}, QueryContext::unlimited());
    ASSERT_TRUE(trace.has_value());
    EXPECT_EQ(trace->spans.size(), 22U);
    EXPECT_EQ(got({0, 0xa}), kA);
}

TEST_P(StorageContract, keeps_debug_and_shared_apart) {
    store(
        "trace=a id=1 kind=CLIENT at=+1000 debug local=frontend\n"
        "trace=a id=1 kind=SERVER at=+1100 shared local=backend\n"
        "trace=a id=2 parent=1 kind=SERVER at=+1200 debug shared local=backend\n"
    );
    EXPECT_EQ(got({0, 0xa}), kA);
    EXPECT_EQ(found(Asking().service("backend")), Texts{kA});
}

TEST_P(StorageContract, keeps_large_and_strange_texts_as_they_are) {
    model::SpanBuilder builder;
    model::SpanRow& row = builder.start_span();
    row.trace_id = {0, 0xa};
    row.id = {1};
    row.timestamp = {model::testing::kSampleTimeUs, 0};
    row.name = "{\"name\":\"json\"}";
    builder.set_local_endpoint({"service with blanks", {}, {}, 65535});
    builder.add_tag("a\tb", model::Value("\xF0\x9F\x92\xA9\n\"\\"));
    builder.add_tag("large", model::Value(builder.copy(std::string(64 * 1024, 'x'))));
    builder.add_annotation(
        {model::testing::kSampleTimeUs, 0}, "\xE2\xBB\xA9 <img onerror=alert(1)>"
    );
    builder.add_annotation({9'223'372'036'854'775'807, 0}, "");
    store(builder.finish());
    EXPECT_EQ(got({0, 0xa}), kA);
    EXPECT_EQ(found(Asking().span_name("{\"name\":\"json\"}")), Texts{kA});
    EXPECT_EQ(found(Asking().service("service with blanks").term("large")), Texts{kA});
    EXPECT_EQ(found(Asking().term("large", std::string(64 * 1024, 'x'))), Texts{kA});
    EXPECT_EQ(found(Asking().term("large", std::string(64 * 1024 - 1, 'x'))), Texts{});
}

TEST_P(StorageContract, keeps_what_zipkin_has_no_word_for) {
    model::SpanBuilder builder;
    model::SpanRow& row = builder.start_span();
    row.trace_id = {0, 0xa};
    row.id = {1};
    row.timestamp = {model::testing::kSampleTimeUs, 999};
    row.status = model::Status::error;
    row.status_message = "bad";
    row.trace_state = "a=1";
    row.flags = 1;
    builder.add_tag("n", model::Value::of_int64(-5));
    builder.add_annotation({model::testing::kSampleTimeUs, 1}, "event");
    builder.add_annotation_tag("k", model::Value("v"));
    builder.add_link({{1, 2}, {3}, "b=2", 1, {}});
    builder.add_link_tag("linked", model::Value::of_boolean(true));
    const model::Value elements[] = {model::Value("x"), model::Value::of_float64(0.5)};
    const model::Tag origin_tags[] = {{"list", model::Value::of_array(elements)}};
    builder.row().resource = builder.add_origin({"", "", "schema", {}}, origin_tags);
    const model::SpanBatch batch = builder.finish();
    store(model::testing::copy_of(batch));
    const auto trace = storage().span_store().get_trace({0, 0xa}, QueryContext::unlimited());
    ASSERT_TRUE(trace.has_value());
    ASSERT_EQ(trace->spans.size(), 1U);
    EXPECT_EQ(trace->spans[0], batch[0]);
}

TEST_P(StorageContract, keeps_traces_that_were_read_after_it_ended) {
    store(model::testing::sample_trace());
    const auto trace = storage().span_store().get_trace({0, 0xcafe}, QueryContext::unlimited());
    const auto traces =
        storage().span_store().find_traces(Asking().query(), QueryContext::unlimited());
    shut_down();
    ASSERT_TRUE(trace.has_value() && traces.has_value());
    ASSERT_EQ(traces->size(), 1U);
    ASSERT_EQ(trace->spans.size(), 4U);
    const model::SpanBatch sample = model::testing::sample_trace();
    for (const model::Span& span : sample) {
        EXPECT_NE(std::ranges::find(trace->spans, span), trace->spans.end());
    }
}

TEST_P(StorageContract, keeps_a_trace_of_thousands_of_spans_whole_however_it_comes) {
    std::string whole;
    for (int i = 1; i <= 3000; ++i) {
        char line[128];
        std::snprintf(
            line,
            sizeof(line),
            "trace=a id=%x parent=1 at=+%d local=s%d name=n%d\n",
            static_cast<unsigned>(i),
            i * 10,
            i % 7,
            i % 11
        );
        if (i % 2 == 0) store(line);
        whole += line;
    }
    store(whole);
    EXPECT_EQ(got({0, 0xa}), kA);
    EXPECT_EQ(found(Asking().service("s3").span_name("n5")), Texts{kA});
    EXPECT_EQ(storage().counts().spans, 3000U);
    EXPECT_EQ(storage().counts().spans_repeated, 1500U);
    EXPECT_EQ(storage().counts().traces, 1U);
}

TEST_P(StorageContract, accepts_an_empty_batch) {
    store(model::SpanBatch());
    EXPECT_EQ(found(Asking()), Texts{});
    EXPECT_EQ(storage().counts().spans, 0U);
}

TEST_P(StorageContract, says_that_it_has_changed_when_a_batch_is_accepted) {
    const std::uint64_t before = storage().changes();
    store(model::testing::sample_trace());
    EXPECT_GT(storage().changes(), before);
    const std::uint64_t after = storage().changes();
    EXPECT_EQ(links(), links());
    EXPECT_EQ(storage().changes(), after);
}

TEST_P(StorageContract, says_who_it_is_and_that_it_is_well) {
    EXPECT_FALSE(storage().name().empty());
    EXPECT_EQ(storage().health().state, StorageState::ready);
    EXPECT_EQ(storage().health().reason, "");
}

}  // namespace

}  // namespace clew::storage::testing
