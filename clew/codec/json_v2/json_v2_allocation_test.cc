// SPDX-License-Identifier: Apache-2.0
// Goal: no heap allocation per span. Method: every allocation of the process is counted, while a
// body of 100 spans and one of 10,000 are decoded.
#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/codec/json_v2/json_v2_decoder.h"

namespace clew::codec {
namespace {

std::string body_of(std::size_t spans) {
    std::string body = "[";
    for (std::size_t i = 0; i < spans; ++i) {
        if (i > 0) body += ',';
        body += R"({"traceId":"000000000000000a",)"
                R"("parentId":"000000000000000c","id":"000000000000000b",)"
                R"("kind":"CLIENT","name":"get /Api","timestamp":1700000000000000,"duration":42,)"
                R"("localEndpoint":{"serviceName":"Front","ipv4":"127.0.0.1"},)"
                R"("remoteEndpoint":{"serviceName":"back","port":80},)"
                R"("annotations":[{"timestamp":1700000000000001,"value":"a \"b\""}],)"
                R"("tags":{"http.method":"GET","http.path":"/a\/b","http.status_code":"200"}})";
    }
    return body + "]";
}

// What the heap was asked for while one body was decoded by a warm decoder.
std::size_t allocations_for(JsonV2Decoder& decoder, std::size_t spans) {
    std::string body = body_of(spans);
    body.reserve(body.size() + kJsonBodyPaddingBytes);
    model::SpanBuilder builder;
    const std::size_t before = clew::testing::allocation_count();
    EXPECT_TRUE(decoder.decode(std::move(body), builder).has_value());
    const std::size_t after = clew::testing::allocation_count();
    EXPECT_EQ(builder.size(), spans);
    return after - before;
}

TEST(JsonV2Decoder, allocates_for_a_message_and_not_for_its_spans) {
    JsonV2Decoder decoder;
    allocations_for(decoder, 10'000);
    const std::size_t few = allocations_for(decoder, 100);
    const std::size_t many = allocations_for(decoder, 10'000);
    EXPECT_LE(many, few + 16);
    EXPECT_LE(many, 40U);
}

}  // namespace
}  // namespace clew::codec
