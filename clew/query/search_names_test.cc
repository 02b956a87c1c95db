// SPDX-License-Identifier: Apache-2.0
// Goal: each list of names is asked of the store for the service or key that the request names.
// Method: stores that answer with what they were asked.
#include "clew/query/search_names.h"

#include <gtest/gtest.h>

namespace clew::query {

namespace {

using Texts = std::vector<std::string>;

struct EchoingNames final : storage::ServiceAndSpanNames {
    Expected<Texts> service_names(const QueryContext&) const override { return Texts{"services"}; }

    Expected<Texts> span_names(std::string_view service, const QueryContext&) const override {
        return Texts{"spans of", std::string(service)};
    }

    Expected<Texts> remote_service_names(std::string_view service, const QueryContext&)
        const override {
        return Texts{"remotes of", std::string(service)};
    }
};

struct EchoingTags final : storage::AutocompleteTags {
    Expected<Texts> keys() const override { return Texts{"keys"}; }

    Expected<Texts> values(std::string_view key, const QueryContext&) const override {
        return Texts{"values of", std::string(key)};
    }
};

class SearchNamesTest : public ::testing::Test {
protected:
    EchoingNames names_;
    EchoingTags tags_;
    SearchNames search_{names_, tags_};
};

TEST_F(SearchNamesTest, asks_for_what_the_request_names) {
    const std::vector<Parameter> service{{"serviceName", "FrontEnd"}};
    const std::vector<Parameter> key{{"key", "Env"}};
    EXPECT_EQ(*search_.services(QueryContext::unlimited()), Texts{"services"});
    EXPECT_EQ(*search_.spans(service, QueryContext::unlimited()), (Texts{"spans of", "frontend"}));
    EXPECT_EQ(
        *search_.remote_services(service, QueryContext::unlimited()),
        (Texts{"remotes of", "frontend"})
    );
    EXPECT_EQ(*search_.autocomplete_keys(), Texts{"keys"});
    EXPECT_EQ(
        *search_.autocomplete_values(key, QueryContext::unlimited()), (Texts{"values of", "Env"})
    );
}

TEST_F(SearchNamesTest, needs_its_parameters) {
    EXPECT_EQ(
        search_.spans({}, QueryContext::unlimited()).error().message,
        "mandatory parameter is missing: serviceName"
    );
    EXPECT_EQ(
        search_.remote_services({}, QueryContext::unlimited()).error().message,
        "mandatory parameter is missing: serviceName"
    );
    EXPECT_EQ(
        search_.autocomplete_values({}, QueryContext::unlimited()).error().message,
        "mandatory parameter is missing: key"
    );
}

}  // namespace

}  // namespace clew::query
