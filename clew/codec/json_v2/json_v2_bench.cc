// SPDX-License-Identifier: Apache-2.0
// Question: what does decoding one span of a 100-span v2 JSON body cost, beside the least that a
// simdjson walk over the same bytes can cost (every field visited, ids to integers, texts as
// views)? Both run on the same simdjson kernel, which is printed. Instructions: run one benchmark
// alone under callgrind (bench/run.py does).
#include <cstdio>
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "clew/base/hex.h"
#include "clew/base/testing/fixed_iterations.h"
#include "clew/codec/json_v2/internal/string_scan.h"
#include "clew/codec/json_v2/json_v2_decoder.h"
#include "clew/codec/json_v2/json_v2_encoder.h"

namespace clew::codec {
namespace {

constexpr std::size_t kSpans = 100;

// The reference span: about 546 bytes, 8 tags, 2 endpoints.
std::string reference_body() {
    std::string body = "[";
    for (std::size_t i = 0; i < kSpans; ++i) {
        char ids[160];
        std::snprintf(
            ids,
            sizeof(ids),
            R"({"traceId":"%016zx%016zx","parentId":"%016zx","id":"%016zx",)",
            i * 7919 + 1,
            i * 104729 + 3,
            i + 17,
            i * 31 + 5
        );
        if (i > 0) body += ',';
        body += ids;
        body += R"("kind":"CLIENT","name":"get /api/v2/items/{id}","timestamp":1700000000123456,)"
                R"("duration":20731,"localEndpoint":{"serviceName":"frontend",)"
                R"("ipv4":"10.1.2.3","port":8080},)"
                R"("remoteEndpoint":{"serviceName":"backend","ipv4":"10.1.2.4","port":9000},)"
                R"("tags":{"http.method":"GET",)"
                R"("http.path":"/api/v2/items/8271","http.status_code":"200",)"
                R"("component":"http.client",)"
                R"("k8s.pod.name":"frontend-7d4b9c-x2x","region":"eu-west-1",)"
                R"("user.id":"9f8e7d6c5b4a","version":"1.4.2"}})";
    }
    return body + "]";
}

std::string padded_body() {
    std::string body = reference_body();
    body.reserve(body.size() + kJsonBodyPaddingBytes);
    return body;
}

namespace ondemand = simdjson::ondemand;

// The body is ours, so an error is a mistake of the benchmark.
void check(simdjson::error_code error) {
    if (error == simdjson::SUCCESS) return;
    std::fprintf(stderr, "floor walk: %s\n", simdjson::error_message(error));
    std::abort();
}

// In place, as the decoder does it.
template <typename T>
T& inside(simdjson::simdjson_result<T>& result) {
    T&& value = std::move(result).value_unsafe();
    return value;
}

// Visits a value the cheapest way that still touches it; returns something that depends on it.
std::uint64_t walk(ondemand::value& value) {
    std::uint64_t sum = 0;
    switch (value.raw_json_token().front()) {
        case '{': {
            ondemand::object object;
            check(value.get_object().get(object));
            for (auto field : object) {
                check(field.error());
                ondemand::field& member = inside(field);
                sum += scan_string(member.key().raw()).size;
                sum += walk(member.value());
            }
            return sum;
        }
        case '[': {
            ondemand::array array;
            check(value.get_array().get(array));
            for (auto element : array) {
                check(element.error());
                sum += walk(inside(element));
            }
            return sum;
        }
        case '"': {
            ondemand::raw_json_string string;
            check(value.get_raw_json_string().get(string));
            const char* text = string.raw();
            const StringEnd end = scan_string(text);
            if (end.size == 16) sum += parse_hex({text, 16}).value_or(1);
            return sum + end.size;
        }
        default: {
            std::int64_t number = 0;
            check(value.get_int64().get(number));
            return static_cast<std::uint64_t>(number);
        }
    }
}

void floor_walk(benchmark::State& state) {
    const std::string body = padded_body();
    ondemand::parser parser;
    std::uint64_t sum = 0;
    for (auto _ : state) {
        const simdjson::padded_string_view bytes(body.data(), body.size(), body.capacity());
        ondemand::document document;
        ondemand::value list;
        check(parser.iterate(bytes).get(document));
        check(document.get_value().get(list));
        sum += walk(list);
    }
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSpans));
    state.SetLabel(JsonV2Decoder::kernel_name());
}
BENCHMARK(floor_walk)->Apply(clew::testing::fixed_iterations);

void decode(benchmark::State& state) {
    const std::string body = padded_body();
    JsonV2Decoder decoder;
    for (auto _ : state) {
        std::string received;
        received.reserve(body.capacity());
        received.assign(body);
        model::SpanBuilder builder;
        if (!decoder.decode(std::move(received), builder)) state.SkipWithError("not decoded");
        model::SpanBatch batch = builder.finish();
        benchmark::DoNotOptimize(batch);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSpans));
    state.SetLabel(JsonV2Decoder::kernel_name());
}
BENCHMARK(decode)->Apply(clew::testing::fixed_iterations);

void encode(benchmark::State& state) {
    JsonV2Decoder decoder;
    model::SpanBuilder builder;
    if (!decoder.decode(padded_body(), builder)) state.SkipWithError("not decoded");
    const model::SpanBatch batch = builder.finish();
    std::string out;
    for (auto _ : state) {
        out.clear();
        JsonV2Encoder().append_list(batch, out);
        benchmark::DoNotOptimize(out);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSpans));
}
BENCHMARK(encode)->Apply(clew::testing::fixed_iterations);

}  // namespace
}  // namespace clew::codec

BENCHMARK_MAIN();
