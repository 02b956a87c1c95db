// SPDX-License-Identifier: Apache-2.0
// Goal: genuine v1 lists are recognised and nothing else is taken for one. Method: rows of bodies.
#include "clew/collector/http/json_list_guard.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clew::collector {
namespace {

TEST(JsonListGuard, wants_a_list_after_white_space_of_any_kind) {
    for (const char* body : {"", " ", "{}", "null", "\x0b[", "\"[\"", "1", "\xef\xbb\xbf[]"}) {
        EXPECT_EQ(recognise_json_list(body), JsonList::none) << body;
    }
    for (const char* body : {"[]", " []", "\n[]", "\t\r\n [", "[{}]"}) {
        EXPECT_EQ(recognise_json_list(body), JsonList::v2) << body;
    }
}

TEST(JsonListGuard, recognises_v1_by_binary_annotations_or_annotations_with_endpoints) {
    const std::vector<std::string> bodies = {
        R"([{"traceId":"1","id":"2","binaryAnnotations":[]}])",
        R"([{"id":"2","annotations":[{"value":"sr","endpoint":{"serviceName":"a"}}]}])",
        R"([{"traceId":"1","id":"2"},{"traceId":"1","id":"3","binaryAnnotations":[{"key":"a"}]}])",
        R"([ { "name" : "binaryAnnotations\"" , "binaryAnnotations" : [ ] } ])",
    };
    for (const std::string& body : bodies) {
        EXPECT_EQ(recognise_json_list(body), JsonList::v1) << body;
    }
}

TEST(JsonListGuard, is_not_misled_by_text) {
    const std::vector<std::string> bodies = {
        R"([{"traceId":"1","id":"2","tags":{"a":"binaryAnnotations\":"}}])",
        R"([{"traceId":"1","id":"2","tags":{"binaryAnnotations":"x"}}])",
        R"([{"traceId":"1","id":"2","name":"\"binaryAnnotations\":[]"}])",
        R"([{"traceId":"1","id":"2","annotations":[{"timestamp":1,"value":"endpoint"}]}])",
        R"([{"traceId":"1","id":"2","unknown":{"binaryAnnotations":1}}])",
        R"([{"traceId":"1","id":"2","unknown":[{"endpoint":1}]}])",
        R"([{"traceId":"1","id":"2","name":"get\\","debug":true}])",
    };
    for (const std::string& body : bodies) {
        EXPECT_EQ(recognise_json_list(body), JsonList::v2) << body;
    }
}

TEST(JsonListGuard, looks_no_further_than_the_first_key_that_only_v2_has) {
    const std::string body = R"([{"kind":"CLIENT","binaryAnnotations":[]}])";
    EXPECT_EQ(recognise_json_list(body), JsonList::v2);
}

TEST(JsonListGuard, survives_bodies_that_end_anywhere) {
    const std::string body =
        R"([{"traceId":"1\\","annotations":[{"value":"\u0041","endpoint":{"serviceName":"a"}}]}])";
    for (std::size_t size = 1; size <= body.size(); ++size) {
        EXPECT_NE(recognise_json_list(std::string_view(body).substr(0, size)), JsonList::none);
    }
}

}  // namespace
}  // namespace clew::collector
