// SPDX-License-Identifier: Apache-2.0
// Goal: the lists a person picks from hold exactly what was recorded.
// Method: spans with and without names; lists compared whole, in order.
#include <algorithm>

#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

int link_names_contract() { return 1; }

namespace {

TEST_P(StorageContract, names_nothing_while_empty) {
    EXPECT_EQ(services(), Texts{});
    EXPECT_EQ(span_names("frontend"), Texts{});
    EXPECT_EQ(remote_services("frontend"), Texts{});
    EXPECT_EQ(storage().autocomplete_tags().keys().value(), Texts{});
    EXPECT_EQ(
        storage().autocomplete_tags().values("k", QueryContext::unlimited()).value(), Texts{}
    );
}

TEST_P(StorageContract, names_local_services_only) {
    store(model::testing::sample_trace());
    EXPECT_EQ(services(), (Texts{"backend", "frontend"}));
}

TEST_P(StorageContract, names_no_service_of_a_span_without_one) {
    store("trace=a id=1 at=+1000 name=x remote=y\ntrace=a id=2 at=+1000 local=@1.2.3.4");
    EXPECT_EQ(services(), Texts{});
    EXPECT_EQ(span_names(""), Texts{});
    EXPECT_EQ(remote_services(""), Texts{});
}

TEST_P(StorageContract, names_what_each_service_recorded_and_called) {
    store(model::testing::sample_trace());
    EXPECT_EQ(span_names("frontend"), (Texts{"get /", "get /api"}));
    EXPECT_EQ(span_names("backend"), (Texts{"get /api", "select"}));
    EXPECT_EQ(remote_services("frontend"), Texts{"backend"});
    EXPECT_EQ(remote_services("backend"), Texts{"db"});
}

TEST_P(StorageContract, names_nothing_that_a_remote_service_did) {
    store(model::testing::sample_trace());
    EXPECT_EQ(span_names("db"), Texts{});
    EXPECT_EQ(remote_services("db"), Texts{});
}

TEST_P(StorageContract, names_nothing_for_spans_without_names) {
    store("trace=a id=1 at=+1000 local=s");
    EXPECT_EQ(services(), Texts{"s"});
    EXPECT_EQ(span_names("s"), Texts{});
    EXPECT_EQ(remote_services("s"), Texts{});
}

TEST_P(StorageContract, names_everything_once_and_in_byte_order) {
    std::string text;
    Texts names;
    for (int i = 0; i < 51; ++i) {
        const std::string name = "n" + std::to_string(i);
        names.push_back(name);
        for (const char* trace : {"a", "b"}) {
            text += std::string("trace=") + trace + " id=" + std::to_string(i + 1) +
                    " at=+1000 local=" + name + " remote=" + name + " name=" + name + "\n";
            text += std::string("trace=") + trace + " id=" + std::to_string(i + 100) +
                    " at=+1000 local=s remote=" + name + " name=" + name + "\n";
        }
    }
    store(text);
    std::ranges::sort(names);
    EXPECT_EQ(span_names("s"), names);
    EXPECT_EQ(remote_services("s"), names);
    names.push_back("s");
    EXPECT_EQ(services(), names);
}

TEST_P(StorageContract, names_spans_without_a_timestamp) {
    store("trace=a id=1 local=s name=x");
    EXPECT_EQ(services(), Texts{"s"});
    EXPECT_EQ(span_names("s"), Texts{"x"});
}

TEST_P(StorageContract, completes_configured_keys_only) {
    restart({.strict_trace_id = true, .search_enabled = true, .autocomplete_keys = {"env", "az"}});
    store("trace=a id=1 at=+1000 local=s tag:env=prod tag:az=west tag:other=x");
    store("trace=b id=1 at=+1000 local=s tag:env=dev");
    store("trace=c id=1 at=+1000 tag:env=prod");
    EXPECT_EQ(storage().autocomplete_tags().keys().value(), (Texts{"az", "env"}));
    EXPECT_EQ(
        storage().autocomplete_tags().values("env", QueryContext::unlimited()).value(),
        (Texts{"dev", "prod"})
    );
    EXPECT_EQ(
        storage().autocomplete_tags().values("az", QueryContext::unlimited()).value(), Texts{"west"}
    );
    EXPECT_EQ(
        storage().autocomplete_tags().values("other", QueryContext::unlimited()).value(), Texts{}
    );
    EXPECT_EQ(storage().autocomplete_tags().values("", QueryContext::unlimited()).value(), Texts{});
}

}  // namespace

}  // namespace clew::storage::testing
