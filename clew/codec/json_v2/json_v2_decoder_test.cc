// SPDX-License-Identifier: Apache-2.0
// Goal: v2 JSON is read as Zipkin reads it, and nothing a stranger sends does harm. Method: text
// in, the same spans written back by the encoder, or Zipkin's error text, compared.
#include "clew/codec/json_v2/json_v2_decoder.h"

#include <random>

#include <gtest/gtest.h>

#include "clew/codec/json_v2/json_v2_encoder.h"

namespace clew::codec {
namespace {

// Written back, or the error's text.
std::string round_trip(std::string body, JsonV2Limits limits = {}) {
    JsonV2Decoder decoder(limits);
    model::SpanBuilder builder;
    const Expected<void> decoded = decoder.decode(std::move(body), builder);
    if (!decoded) {
        EXPECT_EQ(builder.size(), 0U);
        return decoded.error().message;
    }
    std::string out;
    JsonV2Encoder().append_list(builder.finish(), out);
    return out;
}

// A span with ids and the members given.
std::string span_with(const std::string& members) {
    return R"([{"traceId":"000000000000000a","id":"000000000000000b")" +
           (members.empty() ? "" : "," + members) + "}]";
}

// What `[{ids, members}]` becomes, without the ids.
std::string members_after(const std::string& members) {
    const std::string out = round_trip(span_with(members));
    const std::string ids = span_with("");
    const std::string prefix = ids.substr(0, ids.size() - 2);
    if (out.rfind(prefix, 0) != 0) return out;
    std::string rest = out.substr(prefix.size(), out.size() - prefix.size() - 2);
    return rest.empty() ? rest : rest.substr(1);
}

constexpr std::string_view kSuffix = " reading List<Span> from json";

std::string error_of(const std::string& body) {
    std::string text = round_trip(body);
    EXPECT_TRUE(text.size() > kSuffix.size() && text.ends_with(kSuffix)) << text;
    return text.substr(0, text.size() - std::min(text.size(), kSuffix.size()));
}

TEST(JsonV2Decoder, reads_every_field) {
    const std::string body =
        R"([{"traceId":"00000000000000010000000000000abc","parentId":"0000000000000002",)"
        R"("id":"0000000000000def","kind":"SERVER","name":"get","timestamp":1700000000000000,)"
        R"("duration":12345,"localEndpoint":{"serviceName":"front",)"
        R"("ipv4":"127.0.0.1","port":8080},)"
        R"("remoteEndpoint":{"serviceName":"back","ipv6":"2001:db8::1"},)"
        R"("annotations":[{"timestamp":3,"value":"ws"},{"timestamp":4,"value":"wr"}],)"
        R"("tags":{"a":"1","b":""},"debug":true,"shared":true}])";
    EXPECT_EQ(round_trip(body), body);
}

TEST(JsonV2Decoder, reads_lists_with_any_white_space) {
    EXPECT_EQ(round_trip("[]"), "[]");
    EXPECT_EQ(round_trip(" \r\n\t[ ]\n "), "[]");
    EXPECT_EQ(
        round_trip(
            "\n[ { \"traceId\" : \"a\" , \"id\" : \"b\" } , {\"traceId\":\"a\",\"id\":\"c\"} ]\n"
        ),
        R"([{"traceId":"000000000000000a","id":"000000000000000b"},)"
        R"({"traceId":"000000000000000a","id":"000000000000000c"}])"
    );
}

TEST(JsonV2Decoder, pads_and_cuts_ids) {
    EXPECT_EQ(
        round_trip(R"([{"traceId":"1","id":"2"}])"),
        R"([{"traceId":"0000000000000001","id":"0000000000000002"}])"
    );
    EXPECT_EQ(
        round_trip(R"([{"traceId":"10000000000000001","id":"2"}])"),
        R"([{"traceId":"00000000000000010000000000000001","id":"0000000000000002"}])"
    );
    EXPECT_EQ(
        round_trip(R"([{"traceId":"00000000000000000000000000000abc","id":"2"}])"),
        R"([{"traceId":"0000000000000abc","id":"0000000000000002"}])"
    );
}

TEST(JsonV2Decoder, refuses_bad_ids_with_zipkins_words) {
    EXPECT_EQ(error_of(R"([{"traceId":"","id":"2"}])"), "traceId is empty");
    EXPECT_EQ(error_of(R"([{"traceId":"0000000000000000","id":"2"}])"), "traceId is all zeros");
    EXPECT_EQ(
        error_of(R"([{"traceId":")" + std::string(33, 'a') + R"(","id":"2"}])"),
        "traceId.length > 32"
    );
    EXPECT_EQ(
        error_of(R"([{"traceId":"ABC","id":"2"}])"),
        "ABC should be lower-hex encoded with no prefix"
    );
    EXPECT_EQ(error_of(R"([{"traceId":"1","id":""}])"), "id is empty");
    EXPECT_EQ(error_of(R"([{"traceId":"1","id":"0000000000000000"}])"), "id is all zeros");
    EXPECT_EQ(error_of(R"([{"traceId":"1","id":"00000000000000001"}])"), "id.length > 16");
    EXPECT_EQ(
        error_of(R"([{"traceId":"1","id":"x"}])"), "x should be lower-hex encoded with no prefix"
    );
    EXPECT_EQ(error_of(span_with(R"("parentId":"")")), "parentId is empty");
    EXPECT_EQ(error_of(span_with(R"("parentId":"00000000000000001")")), "parentId.length > 16");
    EXPECT_EQ(error_of(R"([{}])"), "Missing : traceId id");
    EXPECT_EQ(error_of(R"([{"id":"1"}])"), "Missing : traceId");
    EXPECT_EQ(error_of(R"([{"traceId":"1"}])"), "Missing : id");
}

TEST(JsonV2Decoder, leaves_out_a_span_whose_id_is_fewer_than_sixteen_zeros) {
    for (std::size_t zeros = 1; zeros < 16; ++zeros) {
        JsonV2Decoder decoder;
        model::SpanBuilder builder;
        const std::string odd = R"({"traceId":"1","name":"odd","tags":{"k":"v"},"id":")" +
                                std::string(zeros, '0') + "\"}";
        ASSERT_TRUE(decoder.decode("[" + odd + R"(,{"traceId":"1","id":"2"},)" + odd + "]", builder)
        );
        const model::SpanBatch batch = builder.finish();
        ASSERT_EQ(batch.size(), 1U);
        EXPECT_EQ(batch[0].id().value, 2U);
        EXPECT_EQ(batch.left_out(), (model::LeftOut{.spans_zero_id = 2}));
    }
}

TEST(JsonV2Decoder, refuses_a_span_whose_id_is_zeros_for_what_else_is_wrong_with_it) {
    EXPECT_EQ(error_of(R"([{"id":"0"}])"), "Missing : traceId");
    EXPECT_EQ(
        error_of(R"([{"traceId":"x","id":"0"}])"), "x should be lower-hex encoded with no prefix"
    );
    for (std::size_t zeros = 1; zeros <= 32; ++zeros) {
        const std::string id(zeros, '0');
        EXPECT_EQ(error_of(R"([{"id":"1","traceId":")" + id + "\"}]"), "traceId is all zeros")
            << id;
    }
}

TEST(JsonV2Decoder, removes_a_parent_that_is_the_span_itself_or_zero) {
    EXPECT_EQ(members_after(R"("parentId":"000000000000000b")"), "");
    for (std::size_t zeros = 1; zeros <= 16; ++zeros) {
        EXPECT_EQ(members_after(R"("parentId":")" + std::string(zeros, '0') + "\""), "");
    }
}

TEST(JsonV2Decoder, lower_cases_span_and_service_names_and_nothing_else) {
    EXPECT_EQ(
        members_after(R"("name":"GET /Ä","localEndpoint":{"serviceName":"Front"},"tags":{"K":"V"})"
        ),
        R"("name":"get /ä","localEndpoint":{"serviceName":"front"},"tags":{"K":"V"})"
    );
}

TEST(JsonV2Decoder, treats_null_empty_zero_and_negative_as_absent) {
    EXPECT_EQ(
        members_after(
            R"("parentId":null,"kind":null,"name":null,"timestamp":null,"duration":null,)"
            R"("localEndpoint":null,"remoteEndpoint":{"serviceName":null,"ipv4":null,"port":null},)"
            R"("annotations":null,"tags":null,"debug":null,"shared":null)"
        ),
        ""
    );
    EXPECT_EQ(
        members_after(
            R"("name":"","timestamp":0,"duration":-5,"localEndpoint":{},)"
            R"("remoteEndpoint":{"serviceName":"","port":0,"x":1},"annotations":[],"tags":{},)"
            R"("debug":false,"shared":false)"
        ),
        ""
    );
}

TEST(JsonV2Decoder, refuses_null_where_an_id_must_be) {
    EXPECT_EQ(
        error_of(R"([{"traceId":null,"id":"1"}])"),
        "Expected a string but was NULL at path $[0].traceId"
    );
    EXPECT_EQ(
        error_of(R"([{"traceId":"1","id":null}])"), "Expected a string but was NULL at path $[0].id"
    );
}

TEST(JsonV2Decoder, takes_numbers_as_gson_does) {
    EXPECT_EQ(
        members_after(R"("timestamp":"12","duration":1.0)"), R"("timestamp":12,"duration":1)"
    );
    EXPECT_EQ(members_after(R"("timestamp":1.5e3)"), R"("timestamp":1500)");
    EXPECT_EQ(
        members_after(R"("timestamp":9223372036854775807)"), R"("timestamp":9223372036854775807)"
    );
    EXPECT_EQ(members_after(R"("localEndpoint":{"port":"80"})"), R"("localEndpoint":{"port":80})");
    EXPECT_EQ(
        error_of(span_with(R"("timestamp":1.5)")),
        "Expected a long but was 1.5 at path $[0].timestamp"
    );
    EXPECT_EQ(
        members_after(R"("timestamp":9223372036854775808)"), R"("timestamp":9223372036854775807)"
    );
    EXPECT_EQ(
        members_after(R"("timestamp":" 12 ","duration":"0x1p3")"), R"("timestamp":12,"duration":8)"
    );
    EXPECT_EQ(
        error_of(span_with(R"("timestamp":1e19)")),
        "Expected a long but was 1e19 at path $[0].timestamp"
    );
    EXPECT_EQ(error_of(span_with(R"("duration":"a while")")), "For input string: \"a while\"");
    EXPECT_EQ(error_of(span_with(R"("duration":" ")")), "empty String");
    EXPECT_EQ(error_of(span_with(R"("duration":01)")), "Malformed");
    EXPECT_EQ(
        error_of(span_with(R"("localEndpoint":{"port":2147483648})")),
        "Expected an int but was 2147483648 at path $[0].port"
    );
    EXPECT_EQ(
        error_of(span_with(R"("duration":true)")),
        "Expected a long but was BOOLEAN at path $[0].duration"
    );
}

TEST(JsonV2Decoder, reads_addresses_leniently) {
    EXPECT_EQ(
        members_after(R"("localEndpoint":{"ipv4":"2001:db8::c001"})"),
        R"("localEndpoint":{"ipv6":"2001:db8::c001"})"
    );
    EXPECT_EQ(
        members_after(R"("localEndpoint":{"ipv6":"::ffff:1.2.3.4"})"),
        R"("localEndpoint":{"ipv4":"1.2.3.4"})"
    );
    // Zipkin keeps the text of an address, and so its leading zeros.
    EXPECT_EQ(
        members_after(R"("localEndpoint":{"ipv4":"10.0.0.04"})"),
        R"("localEndpoint":{"ipv4":"10.0.0.04"})"
    );
    EXPECT_EQ(members_after(R"("localEndpoint":{"ipv4":"localhost","ipv6":"fe80::1%eth0"})"), "");
    EXPECT_EQ(members_after(R"("localEndpoint":{"port":-1})"), "");
    EXPECT_EQ(error_of(span_with(R"("localEndpoint":{"port":65536})")), "invalid port 65536");
}

TEST(JsonV2Decoder, keeps_the_last_of_a_repeated_key_and_adds_up_lists) {
    EXPECT_EQ(
        members_after(R"("name":"a","name":"b","localEndpoint":{"serviceName":"x"},)"
                      R"("localEndpoint":{"port":1},)"
                      R"("annotations":[{"timestamp":2,"value":"z"}],)"
                      R"("annotations":[{"timestamp":1,"value":"y"}],)"
                      R"("tags":{"k":"1","k":"2"},"tags":{"j":"3","k":"4"})"),
        R"("name":"b","localEndpoint":{"port":1},)"
        R"("annotations":[{"timestamp":1,"value":"y"},{"timestamp":2,"value":"z"}],)"
        R"("tags":{"j":"3","k":"4"})"
    );
}

TEST(JsonV2Decoder, sorts_annotations_and_removes_exact_duplicates) {
    EXPECT_EQ(
        members_after(R"("annotations":[{"timestamp":2,"value":"b"},{"timestamp":2,"value":"a"},)"
                      R"({"value":"b","timestamp":2,"extra":[{}]},{"timestamp":1,"value":"b"}])"),
        R"("annotations":[{"timestamp":1,"value":"b"},{"timestamp":2,"value":"a"},)"
        R"({"timestamp":2,"value":"b"}])"
    );
}

TEST(JsonV2Decoder, refuses_incomplete_annotations) {
    EXPECT_EQ(
        error_of(span_with(R"("annotations":[{"timestamp":1}])")),
        "Incomplete annotation at $[0].annotations[0]"
    );
    EXPECT_EQ(
        error_of(span_with(R"("annotations":[{"timestamp":1,"value":"x"},{"value":"x"}])")),
        "Incomplete annotation at $[0].annotations[1]"
    );
}

TEST(JsonV2Decoder, keeps_annotations_at_any_time) {
    const std::string members = R"("annotations":[{"timestamp":-1,"value":"b"},)"
                                R"({"timestamp":0,"value":"a"},{"timestamp":1,"value":""}])";
    EXPECT_EQ(members_after(members), members);
}

TEST(JsonV2Decoder, takes_numbers_as_tag_values_but_no_null_and_no_boolean) {
    EXPECT_EQ(members_after(R"("tags":{"a":1.50,"b":-7})"), R"("tags":{"a":"1.50","b":"-7"})");
    EXPECT_EQ(error_of(span_with(R"("tags":{"k":null})")), "No value at $[0].tags.k");
    EXPECT_EQ(
        error_of(span_with(R"("tags":{"k":true})")),
        "Expected a string but was BOOLEAN at path $[0].tags"
    );
    EXPECT_EQ(
        error_of(span_with(R"("tags":{"k":{}})")),
        "Expected a string but was BEGIN_OBJECT at path $[0].tags"
    );
}

TEST(JsonV2Decoder, refuses_an_unknown_kind_and_takes_shared_off_a_client) {
    EXPECT_EQ(
        error_of(span_with(R"("kind":"server")")), "No enum constant zipkin2.Span.Kind.server"
    );
    EXPECT_EQ(members_after(R"("kind":"CLIENT","shared":true)"), R"("kind":"CLIENT")");
}

TEST(JsonV2Decoder, resolves_escapes_in_keys_and_values) {
    EXPECT_EQ(
        members_after(R"("n\u0061me":"a\"b\\c\/d\n\u00e9\ud83d\ude00","tags":{"k\t":"\u2028"})"),
        "\"name\":\"a\\\"b\\\\c/d\\né😀\",\"tags\":{\"k\\t\":\"\\u2028\"}"
    );
}

TEST(JsonV2Decoder, skips_what_zipkin_does_not_know) {
    EXPECT_EQ(
        members_after(
            R"("x":{"a":[1,{"b":null}],"c":"d"},"y":[[],[{}]],"z":true,"name":"n","w":1e9)"
        ),
        R"("name":"n")"
    );
}

TEST(JsonV2Decoder, says_malformed_for_what_is_no_list_of_objects) {
    for (const char* body :
         {"",
          "{}",
          "x",
          "[",
          "[1]",
          "[{]",
          "[{\"traceId\":}]",
          "[{\"traceId\":\"1\"",
          "\"a\"",
          "[{\"traceId\":\"1\",\"id\":\"2\"},]",
          "[{\"traceId\" \"1\"}]",
          "[{\"traceId\":\"1,\"id\":\"2\"}]",
          "[{\"traceId\":\"1\",\"id\":\"2\",\"tags\":[]}]",
          "[{\"traceId\":\"1\",\"id\":\"2\",\"localEndpoint\":1}]",
          "[{\"traceId\":\"1\",\"id\":\"2\",\"annotations\":{}}]",
          "[{\"traceId\":\"1\",\"id\":\"2\",\"x\":nul}]",
          "[{\"traceId\":\"1\",\"id\":\"2\",\"x\":[1 2]}]"}) {
        EXPECT_EQ(round_trip(body), "Malformed reading List<Span> from json") << body;
    }
}

TEST(JsonV2Decoder, keeps_numbers_that_no_double_holds_where_a_text_may_stand) {
    EXPECT_EQ(members_after(R"("tags":{"a":1e999,"b":-0})"), R"("tags":{"a":"1e999","b":"-0"})");
    EXPECT_EQ(members_after(R"("x":1e999,"y":[-1E+999,2],"name":"n")"), R"("name":"n")");
}

// One odd character, wherever it stands, costs neither its span nor its neighbours.
TEST(JsonV2Decoder, reads_odd_text_as_zipkin_reads_it) {
    struct Case {
        std::string odd;      // inside of a JSON string
        std::string becomes;  // the same as we write it
    };
    for (const Case& one : std::initializer_list<Case>{
             {R"(a\ud83d)", "a?"},
             {R"(\ude00)", "?"},
             {"caf\xe9", "caf\ufffd"},
             {"\xf0\x9f\x98", "\ufffd"},
             {"a\n\tb", R"(a\n\tb)"},
             {std::string(1, '\0'), R"(\u0000)"},
             {R"(it\'s)", "it's"},
             {"a\\\nb", R"(a\nb)"}}) {
        const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
        for (const char* members :
             {R"("tags":{"k":%})",
              R"("tags":{%:"v"})",
              R"("name":%)",
              R"("localEndpoint":{"serviceName":%})",
              R"("annotations":[{"timestamp":1,"value":%}])"}) {
            std::string odd(members);
            std::string expected(members);
            odd.replace(odd.find('%'), 1, quoted(one.odd));
            expected.replace(expected.find('%'), 1, quoted(one.becomes));
            EXPECT_EQ(members_after(odd), expected) << odd;
        }
        for (const char* unknown :
             {R"("x":%,"name":"n")",
              R"(%:1,"name":"n")",
              R"("x":{"y":[%]},"name":"n")",
              R"("x":{%:1},"name":"n")"}) {
            std::string odd(unknown);
            odd.replace(odd.find('%'), 1, quoted(one.odd));
            EXPECT_EQ(members_after(odd), R"("name":"n")") << odd;
        }
    }
}

TEST(JsonV2Decoder, refuses_what_zipkin_refuses_although_the_text_is_odd_elsewhere) {
    EXPECT_EQ(error_of(span_with(R"("tags":{"k":"\ud83d","j":"\x41"})")), "Malformed");
    EXPECT_EQ(
        error_of(span_with("\"name\":\"\n\",\"kind\":\"server\"")),
        "No enum constant zipkin2.Span.Kind.server"
    );
    EXPECT_EQ(error_of(span_with("\"x\":1\x01")), "Malformed");
    EXPECT_EQ(error_of(span_with("\"x\":1\xff")), "Malformed");
}

TEST(JsonV2Decoder, does_not_read_behind_the_list_and_counts_what_stands_there) {
    for (const std::string& behind :
         {std::string("]"),
          std::string("x"),
          span_with(""),
          std::string("\0", 1),
          std::string("\xff\"")}) {
        JsonV2Decoder decoder;
        model::SpanBuilder builder;
        ASSERT_TRUE(decoder.decode(span_with("") + " " + behind + "\n", builder).has_value())
            << behind;
        const model::SpanBatch batch = builder.finish();
        EXPECT_EQ(batch.size(), 1U);
        EXPECT_EQ(batch.left_out().bytes_behind, behind.size() + 1);
    }
}

TEST(JsonV2Decoder, counts_nothing_of_a_body_that_it_refuses) {
    JsonV2Decoder decoder;
    model::SpanBuilder builder;
    EXPECT_FALSE(
        decoder.decode("[{\"traceId\":\"1\",\"id\":\"0\"},{\"id\":\"\n\"}]]", builder).has_value()
    );
    EXPECT_EQ(builder.finish().left_out(), model::LeftOut{});
}

TEST(JsonV2Limits, lenient_bytes_max_bounds_what_odd_text_becomes) {
    const std::string body = span_with("\"tags\":{\"k\":\"\1\"}");
    const std::string strict = span_with(R"("tags":{"k":"\u0001"})");
    EXPECT_EQ(round_trip(body, {.lenient_bytes_max = strict.size()}), strict);
    EXPECT_NE(
        round_trip(body, {.lenient_bytes_max = strict.size() - 1}).find("lenient_bytes_max is"),
        std::string::npos
    );
}

TEST(JsonV2Decoder, keeps_the_spans_of_earlier_messages_when_one_fails) {
    JsonV2Decoder decoder;
    model::SpanBuilder builder;
    ASSERT_TRUE(decoder.decode(span_with(""), builder).has_value());
    EXPECT_FALSE(decoder.decode(R"([{"traceId":"1","id":"1"},{"id":"2"}])", builder).has_value());
    EXPECT_EQ(builder.size(), 1U);
    ASSERT_TRUE(decoder.decode(span_with(""), builder).has_value());
    EXPECT_EQ(builder.finish().size(), 2U);
}

TEST(JsonV2Limits, spans_max_is_the_last_count_that_passes) {
    const std::string span = R"({"traceId":"1","id":"2"})";
    EXPECT_EQ(round_trip("[" + span + "," + span + "]", {.spans_max = 2}).front(), '[');
    EXPECT_EQ(
        round_trip("[" + span + "," + span + "," + span + "]", {.spans_max = 2}),
        "spans_max is 2 at $[2] reading List<Span> from json"
    );
}

TEST(JsonV2Limits, span_tags_max_is_the_last_count_that_passes) {
    const std::string two = span_with(R"("tags":{"a":"1","b":"2"})");
    EXPECT_EQ(round_trip(two, {.span_tags_max = 2}), two);
    EXPECT_EQ(
        round_trip(two, {.span_tags_max = 1}),
        "span_tags_max is 1 at $[0] reading List<Span> from json"
    );
}

TEST(JsonV2Limits, span_annotations_max_is_the_last_count_that_passes) {
    const std::string two =
        span_with(R"("annotations":[{"timestamp":1,"value":"a"},{"timestamp":2,"value":"b"}])");
    EXPECT_EQ(round_trip(two, {.span_annotations_max = 2}), two);
    EXPECT_EQ(
        round_trip(two, {.span_annotations_max = 1}),
        "span_annotations_max is 1 at $[0] reading List<Span> from json"
    );
}

TEST(JsonV2Limits, depth_max_bounds_unknown_values) {
    const auto nested = [](std::size_t depth) {
        return span_with("\"x\":" + std::string(depth, '[') + std::string(depth, ']'));
    };
    EXPECT_EQ(round_trip(nested(2), {.depth_max = 4}), span_with(""));
    EXPECT_EQ(
        round_trip(nested(3), {.depth_max = 4}),
        "depth_max is 4 at $[0] reading List<Span> from json"
    );
    // Zipkin's own: the list and the span are two of the 255.
    EXPECT_EQ(round_trip(nested(253)), span_with(""));
    EXPECT_NE(round_trip(nested(254)).find("depth_max is 255"), std::string::npos);
    EXPECT_NE(round_trip(nested(100'000)).find("depth_max is 255"), std::string::npos);
    const auto inside = [](std::size_t depth, std::string members) {
        const std::string value = "\"x\":" + std::string(depth, '[') + std::string(depth, ']');
        return round_trip(span_with(members.replace(members.find('%'), 1, value)));
    };
    EXPECT_EQ(inside(252, R"("localEndpoint":{%})"), span_with(""));
    EXPECT_NE(inside(253, R"("localEndpoint":{%})").find("depth_max"), std::string::npos);
    constexpr const char* kAnnotation = R"("annotations":[{"timestamp":1,"value":"a",%}])";
    EXPECT_EQ(inside(251, kAnnotation).find("depth_max"), std::string::npos);
    EXPECT_NE(inside(252, kAnnotation).find("depth_max"), std::string::npos);
}

// Whatever bytes change, the decoder answers, and what it accepts it can write and read again.
TEST(JsonV2Decoder, survives_changed_bytes) {
    const std::string body =
        R"([{"traceId":"00000000000000010000000000000abc","id":"0000000000000def","kind":"SERVER",)"
        R"("name":"g\u0065t","timestamp":17,"localEndpoint":{"serviceName":"f","ipv4":"1.2.3.4"},)"
        R"("annotations":[{"timestamp":3,"value":"w\"s"}],"tags":{"a":"1","b":2},"x":[{}]}])";
    std::mt19937 random(20261125);
    JsonV2Decoder decoder;
    for (int round = 0; round < 20'000; ++round) {
        std::string changed = body;
        for (auto count = random() % 3 + 1; count > 0; --count) {
            changed[random() % changed.size()] = static_cast<char>(random());
        }
        if (random() % 4 == 0) changed.resize(random() % changed.size());
        model::SpanBuilder builder;
        if (!decoder.decode(std::move(changed), builder)) continue;
        std::string once;
        JsonV2Encoder().append_list(builder.finish(), once);
        EXPECT_EQ(round_trip(once), once);
    }
}

}  // namespace
}  // namespace clew::codec
