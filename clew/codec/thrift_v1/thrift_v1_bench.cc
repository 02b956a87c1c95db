// SPDX-License-Identifier: Apache-2.0
// Question: what does decoding one span of a scribe call with 100 entries cost, beside the least
// that it can cost: the entries found, their base64 taken away, every field of the span stepped
// over? Both with the same base64 and the same walk. Instructions: bench/run.py.
#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "clew/base/testing/fixed_iterations.h"
#include "clew/codec/thrift_v1/thrift_v1_decoder.h"
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"
#include "clew/model/zipkin_span_builder.h"
#include "clew/wire/base64.h"
#include "clew/wire/thrift_reader.h"
#include "clew/wire/thrift_writer.h"

namespace clew::codec {
namespace {

using wire::ThriftField;
using wire::ThriftReader;
using wire::ThriftType;

constexpr std::size_t kSpans = 100;

// The reference span: a client of a call, 8 tags, 2 endpoints; about 800 bytes in thrift, of which
// the endpoint that every annotation repeats is a third.
void append_reference_span(std::uint64_t i, model::SpanBuilder& builder) {
    model::ZipkinSpanBuilder span(builder);
    span.start();
    span.set_trace_id(model::TraceId{i * 7919 + 1, i * 104729 + 3});
    span.set_parent_id(model::SpanId{i + 17});
    span.set_id(model::SpanId{i * 31 + 5});
    span.set_kind(model::Kind::client);
    span.set_name("get /api/v2/items/{id}");
    span.set_timestamp(1'700'000'000'123'456);
    span.set_duration(20'731);
    span.set_local_endpoint({"frontend", Ipv4Address{10, 1, 2, 3}, std::nullopt, 8080});
    span.set_remote_endpoint({"backend", Ipv4Address{10, 1, 2, 4}, std::nullopt, 9000});
    span.add_tag("http.method", "GET");
    span.add_tag("http.path", "/api/v2/items/8271");
    span.add_tag("http.status_code", "200");
    span.add_tag("component", "http.client");
    span.add_tag("k8s.pod.name", "frontend-7d4b9c-x2x");
    span.add_tag("region", "eu-west-1");
    span.add_tag("user.id", "9f8e7d6c5b4a");
    span.add_tag("version", "1.4.2");
    if (!span.finish()) std::abort();
}

model::SpanBatch reference_batch() {
    model::SpanBuilder builder;
    for (std::uint64_t i = 0; i < kSpans; ++i) append_reference_span(i, builder);
    return builder.finish();
}

// The arguments of Log: a list of entries, category and base64.
std::string reference_call() {
    ThriftV1Encoder encoder;
    std::string call;
    wire::ThriftWriter writer(call);
    writer.field(ThriftType::list, 1);
    writer.list(ThriftType::structure, kSpans);
    for (const model::Span span : reference_batch()) {
        std::string bytes;
        encoder.append_span(span, bytes);
        std::string text;
        wire::append_base64(bytes, text);
        writer.text_field(1, "zipkin");
        writer.text_field(2, text);
        writer.stop();
    }
    writer.stop();
    return call;
}

// Calls `use` with the message of each entry.
template <typename Use>
void for_each_message(std::string_view call, Use use) {
    ThriftReader reader(call);
    ThriftField field;
    reader.next_field(field);
    const wire::ThriftList list = reader.read_list();
    for (std::uint32_t i = 0; i < list.count; ++i) {
        std::string_view message;
        while (reader.next_field(field)) {
            if (field.id == 2) {
                message = reader.read_text();
            } else {
                reader.skip(field.type);
            }
        }
        use(message);
    }
}

void set_counts(benchmark::State& state, std::size_t bytes) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSpans));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void floor_skip(benchmark::State& state) {
    const std::string call = reference_call();
    std::string bytes(call.size(), '\0');
    for (auto _ : state) {
        char* place = bytes.data();
        for_each_message(call, [&](std::string_view message) {
            const auto size = wire::decode_base64_mime(message, place);
            if (!size) return state.SkipWithError("no base64");
            ThriftReader reader({place, *size});
            reader.skip(ThriftType::structure);
            if (!reader.ok()) return state.SkipWithError("no struct");
            place += *size;
        });
        benchmark::DoNotOptimize(place);
    }
    set_counts(state, call.size());
}
BENCHMARK(floor_skip)->Apply(clew::testing::fixed_iterations);

void decode(benchmark::State& state) {
    const std::string call = reference_call();
    ThriftV1Decoder decoder;
    for (auto _ : state) {
        model::SpanBuilder builder;
        builder.arena().reserve(wire::base64_decoded_bytes_max(call.size()));
        builder.reserve_for_body(call.size() / 2);
        for_each_message(call, [&](std::string_view message) {
            char* place = builder.arena().allocate(wire::base64_decoded_bytes_max(message.size()));
            const auto size = wire::decode_base64_mime(message, place);
            if (!size) return state.SkipWithError("no base64");
            if (!decoder.decode_span({place, *size}, builder)) state.SkipWithError("no span");
        });
        model::SpanBatch batch = builder.finish();
        benchmark::DoNotOptimize(batch);
    }
    set_counts(state, call.size());
}
BENCHMARK(decode)->Apply(clew::testing::fixed_iterations);

void base64_alone(benchmark::State& state) {
    const std::string call = reference_call();
    std::string bytes(call.size(), '\0');
    for (auto _ : state) {
        for_each_message(call, [&](std::string_view message) {
            benchmark::DoNotOptimize(wire::decode_base64_mime(message, bytes.data()));
        });
    }
    set_counts(state, call.size());
}
BENCHMARK(base64_alone)->Apply(clew::testing::fixed_iterations);

void encode(benchmark::State& state) {
    const model::SpanBatch batch = reference_batch();
    ThriftV1Encoder encoder;
    std::string out;
    for (auto _ : state) {
        out.clear();
        for (const model::Span span : batch) encoder.append_span(span, out);
        benchmark::DoNotOptimize(out);
    }
    set_counts(state, out.size());
}
BENCHMARK(encode)->Apply(clew::testing::fixed_iterations);

}  // namespace
}  // namespace clew::codec

BENCHMARK_MAIN();
