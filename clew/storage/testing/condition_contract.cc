// SPDX-License-Identifier: Apache-2.0
// Goal: a search applies names, tags, annotations and durations as trace/trace_match.h says.
// Method: traces that differ in one thing, searches for and against it.
#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

int link_condition_contract() { return 1; }

namespace {

const Texts kNone{};
const Texts kCafe{"000000000000cafe"};
const Texts kA{"000000000000000a"};

TEST_P(StorageContract, finds_by_local_service_name_only) {
    store(model::testing::sample_trace());
    EXPECT_EQ(found(Asking().service("frontend")), kCafe);
    EXPECT_EQ(found(Asking().service("backend")), kCafe);
    EXPECT_EQ(found(Asking().service("db")), kNone);
    EXPECT_EQ(found(Asking().service("front")), kNone);
}

TEST_P(StorageContract, finds_by_remote_service_name) {
    store(model::testing::sample_trace());
    EXPECT_EQ(found(Asking().remote_service("backend")), kCafe);
    EXPECT_EQ(found(Asking().remote_service("frontend")), kNone);
    EXPECT_EQ(found(Asking().service("frontend").remote_service("backend")), kCafe);
    EXPECT_EQ(found(Asking().service("frontend").remote_service("db")), kNone);
    EXPECT_EQ(found(Asking().service("backend").remote_service("db")), kCafe);
}

TEST_P(StorageContract, finds_by_span_name_with_and_without_a_service) {
    store(model::testing::sample_trace());
    EXPECT_EQ(found(Asking().span_name("select")), kCafe);
    EXPECT_EQ(found(Asking().span_name("sel")), kNone);
    EXPECT_EQ(found(Asking().service("backend").span_name("select")), kCafe);
    EXPECT_EQ(found(Asking().service("frontend").span_name("select")), kNone);
}

TEST_P(StorageContract, finds_by_all_tags_of_a_span_and_not_by_others) {
    store("trace=a id=1 at=+1000 local=frontend tag:http.path=/a tag:http.path.more=/b tag:n=1");
    EXPECT_EQ(found(Asking().term("http.path", "/a").term("http.path.more", "/b")), kA);
    EXPECT_EQ(found(Asking().term("http.path", "/b")), kNone);
    EXPECT_EQ(found(Asking().term("http", "/a")), kNone);
    EXPECT_EQ(found(Asking().term("foo", "bar")), kNone);
    EXPECT_EQ(found(Asking().term("n", "1").term("foo")), kNone);
}

TEST_P(StorageContract, finds_an_empty_error_tag_by_its_key_only) {
    store("trace=a id=1 at=+1000 tag:error=\"\"");
    EXPECT_EQ(found(Asking().term("error")), kA);
    EXPECT_EQ(found(Asking().term("error", "1")), kNone);
}

TEST_P(StorageContract, finds_by_annotation_value_or_tag) {
    store("trace=a id=1 at=+1000 local=frontend note:+1500=fox note:+1600=\"lazy dog\" tag:k=v");
    EXPECT_EQ(found(Asking().term("fox")), kA);
    EXPECT_EQ(found(Asking().term("lazy dog")), kA);
    EXPECT_EQ(found(Asking().term("k")), kA);
    EXPECT_EQ(found(Asking().term("k", "v")), kA);
    EXPECT_EQ(found(Asking().term("lazy")), kNone);
    EXPECT_EQ(found(Asking().term("fox", "fox")), kNone);
    EXPECT_EQ(found(Asking().term("v")), kNone);
}

TEST_P(StorageContract, needs_every_term_of_a_search) {
    store("trace=a id=1 at=+1000 local=s note:+1500=one tag:k=v");
    store("trace=b id=1 at=+2000 local=s note:+2500=one note:+2600=two tag:k=v");
    store("trace=c id=1 at=+3000 local=s note:+3500=one note:+3600=two tag:k=w");
    const std::string a = "000000000000000a";
    const std::string b = "000000000000000b";
    const std::string c = "000000000000000c";
    EXPECT_EQ(found(Asking().service("s").term("one")), (Texts{c, b, a}));
    EXPECT_EQ(found(Asking().service("s").term("one").term("two")), (Texts{c, b}));
    EXPECT_EQ(found(Asking().service("s").term("one").term("two").term("k", "v")), Texts{b});
    EXPECT_EQ(found(Asking().service("s").term("k")), (Texts{c, b, a}));
}

TEST_P(StorageContract, needs_the_conditions_on_spans_of_the_asked_service) {
    store(
        "trace=a id=1 at=+1000 for=100 local=s1 note:+1500=note1 tag:tag1=v1\n"
        "trace=a id=2 parent=1 at=+1100 for=50 local=s2 note:+1600=note2 tag:tag2=v2\n"
    );
    EXPECT_EQ(found(Asking().service("s1").term("note1")), kA);
    EXPECT_EQ(found(Asking().service("s1").term("note2")), kNone);
    EXPECT_EQ(found(Asking().service("s2").term("note1")), kNone);
    EXPECT_EQ(found(Asking().service("s2").term("note2")), kA);
    EXPECT_EQ(found(Asking().service("s1").term("tag1", "v1")), kA);
    EXPECT_EQ(found(Asking().service("s1").term("tag2", "v2")), kNone);
    EXPECT_EQ(found(Asking().service("s2").term("tag1")), kNone);
    EXPECT_EQ(found(Asking().service("s2").term("tag2")), kA);
    EXPECT_EQ(found(Asking().service("s1").min_duration(100)), kA);
    EXPECT_EQ(found(Asking().service("s2").min_duration(100)), kNone);
    EXPECT_EQ(found(Asking().term("note1").term("tag2", "v2")), kA) << "any service";
    EXPECT_EQ(found(Asking().service("s3")), kNone);
}

TEST_P(StorageContract, lets_different_spans_of_a_service_meet_different_conditions) {
    store(
        "trace=a id=1 at=+1000 for=100 local=s name=get tag:x=1\n"
        "trace=a id=2 parent=1 at=+1100 for=50 local=s name=put remote=db note:+1150=fox\n"
    );
    EXPECT_EQ(found(Asking().service("s").span_name("put").min_duration(100)), kA);
    EXPECT_EQ(found(Asking().service("s").remote_service("db").term("x", "1")), kA);
    EXPECT_EQ(found(Asking().service("s").term("fox").term("x")), kA);
    EXPECT_EQ(found(Asking().span_name("get").remote_service("db")), kA);
}

TEST_P(StorageContract, includes_both_bounds_of_a_duration) {
    store("trace=a id=1 at=+1000 for=100 local=s");
    EXPECT_EQ(found(Asking().min_duration(100)), kA);
    EXPECT_EQ(found(Asking().min_duration(101)), kNone);
    EXPECT_EQ(found(Asking().min_duration(1).max_duration(100)), kA);
    EXPECT_EQ(found(Asking().min_duration(1).max_duration(99)), kNone);
    EXPECT_EQ(found(Asking().min_duration(100).max_duration(100)), kA);
}

TEST_P(StorageContract, counts_a_duration_that_arrives_later) {
    store("trace=a id=1 at=+1000 local=s");
    EXPECT_EQ(found(Asking().min_duration(100)), kNone);
    store("trace=a id=1 at=+1000 for=100 local=s tag:late=yes");
    EXPECT_EQ(found(Asking().min_duration(100)), kA);
}

TEST_P(StorageContract, takes_the_duration_of_any_span_of_the_service) {
    // A long root of s1, with spans of s2 below it: 100, 200 and 20,000.
    store(
        "trace=a id=1 at=+1000 for=50000 local=s1\ntrace=a id=2 parent=1 at=+1100 for=100 local=s2"
    );
    store(
        "trace=b id=1 at=+2000 for=50000 local=s1\ntrace=b id=2 parent=1 at=+2100 for=200 local=s2"
    );
    store(
        "trace=c id=1 at=+3000 for=50000 local=s1\n"
        "trace=c id=2 parent=1 at=+3100 for=20000 local=s2\n"
        "trace=c id=3 parent=1 at=+3200 for=150 local=s2\n"
    );
    const std::string a = "000000000000000a";
    const std::string b = "000000000000000b";
    const std::string c = "000000000000000c";
    EXPECT_EQ(found(Asking().service("s2").min_duration(100)), (Texts{c, b, a}));
    EXPECT_EQ(found(Asking().service("s2").min_duration(101)), (Texts{c, b}));
    EXPECT_EQ(found(Asking().service("s2").min_duration(201)), Texts{c});
    EXPECT_EQ(found(Asking().service("s2").min_duration(150).max_duration(200)), (Texts{c, b}));
    EXPECT_EQ(found(Asking().service("s2").min_duration(300).max_duration(400)), kNone);
    EXPECT_EQ(found(Asking().service("s1").min_duration(50000)), (Texts{c, b, a}));
    EXPECT_EQ(found(Asking().service("s1").min_duration(1).max_duration(400)), kNone);
}

}  // namespace

}  // namespace clew::storage::testing
