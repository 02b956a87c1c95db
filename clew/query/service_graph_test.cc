// SPDX-License-Identifier: Apache-2.0
// Goal: the window of a service graph reaches the store as it was asked for.
// Method: a store that answers with the window it was given.
#include "clew/query/service_graph.h"

#include <optional>

#include <gtest/gtest.h>

namespace clew::query {

namespace {

struct EchoingStore final : storage::DependencyStore {
    Expected<std::vector<model::DependencyLink>> dependencies(
        std::chrono::milliseconds end_ts,
        std::chrono::milliseconds lookback,
        const QueryContext& context
    ) const override {
        EXPECT_TRUE(context.check().has_value());
        if (error) return *error;
        return std::vector<model::DependencyLink>{
            {"end",
             "lookback",
             static_cast<std::uint64_t>(end_ts.count()),
             static_cast<std::uint64_t>(lookback.count())}};
    }

    std::optional<Error> error;
};

TEST(ServiceGraph, asks_the_store_for_the_window) {
    const EchoingStore store;
    const ServiceGraph graph(store, {});
    const std::vector<Parameter> both{{"endTs", "5000"}, {"lookback", "300"}};
    EXPECT_EQ(
        graph.dependencies(both, QueryContext::unlimited())->front(),
        (model::DependencyLink{"end", "lookback", 5000, 300})
    );
    const std::vector<Parameter> end{{"endTs", "5000"}};
    EXPECT_EQ(graph.dependencies(end, QueryContext::unlimited())->front().error_count, 86'400'000U);
}

TEST(ServiceGraph, refuses_a_window_that_cannot_be) {
    const EchoingStore store;
    const std::vector<Parameter> parameters{{"endTs", "0"}};
    EXPECT_EQ(
        ServiceGraph(store, {}).dependencies(parameters, QueryContext::unlimited()).error(),
        (Error{Code::invalid_argument, "endTs <= 0"})
    );
}

TEST(ServiceGraph, passes_the_error_of_the_store_on) {
    EchoingStore store;
    store.error = Error{Code::overloaded, "busy"};
    const std::vector<Parameter> parameters{{"endTs", "1"}};
    EXPECT_EQ(
        ServiceGraph(store, {}).dependencies(parameters, QueryContext::unlimited()).error(),
        *store.error
    );
}

}  // namespace

}  // namespace clew::query
