// SPDX-License-Identifier: Apache-2.0
// Goal: real traces come back as they were posted, and every question about them is answered as
// Zipkin answers it.
// Method: files outside the project, decoded and stored in several ways; answers were computed by
// an independent implementation and agree with Zipkin's own server.
#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/base/testing/fake_clock.h"
#include "clew/codec/json_v2/json_v2_decoder.h"
#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/model/span_copy.h"
#include "clew/query/search_names.h"
#include "clew/query/service_graph.h"
#include "clew/query/trace_search.h"
#include "clew/storage/memory/memory_storage.h"
#include "test/pipeline/shared_files.h"
#include "test/pipeline/zipkin_normal_form.h"

namespace clew::testing {

namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;

// How the spans of a file come in.
enum class Way { whole, span_by_span, reversed };

struct Case {
    std::string file;
    Way way = Way::whole;

    friend void PrintTo(const Case& value, std::ostream* out) {
        constexpr const char* kWays[] = {"whole", "span by span", "reversed"};
        *out << value.file << ", " << kWays[static_cast<int>(value.way)];
    }
};

const char* const kPlainFiles[] = {
    "bookinfo.json",
    "nezha-ob-small.json",
    "zipkin-lens/ascend.json",
    "zipkin-lens/envoy.json",
    "zipkin-lens/messaging-kafka.json",
    "zipkin-lens/messaging.json",
    "zipkin-lens/messaging2.json",
    "zipkin-lens/simple-db-p6.json",
    "zipkin-lens/skew.json",
    "zipkin-lens/smartthings-mobile-web-install.json",
    "zipkin-lens/smartthings-oauth-authorization.json",
    "zipkin-lens/yelp.json",
};
const char* const kCompressedFiles[] = {
    "nezha-ob-medium.ndjson.zst",
    "nezha-tt-medium.ndjson.zst",
    "traceweaver.ndjson.zst",
};

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (const char* file : kPlainFiles) {
        for (const Way way : {Way::whole, Way::span_by_span, Way::reversed}) {
            cases.push_back({file, way});
        }
    }
    for (const char* file : kCompressedFiles) cases.push_back({file, Way::whole});
    return cases;
}

// Of the large files, which have a trace a line, every so many traces are looked at field by field.
constexpr std::size_t kSampleEvery = 50;

// The JSON arrays of a file; nothing when it cannot be read.
std::optional<Texts> bodies_of(const std::string& file) {
    if (file.ends_with(".zst")) return read_shared_lines(file);
    auto text = read_shared_file(file);
    if (!text) return std::nullopt;
    return Texts{*std::move(text)};
}

class ExpectedAnswers : public ::testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        bodies_ = bodies_of(GetParam().file);
        const auto expected = read_shared_file("expected.json");
        if (!bodies_ || !expected) GTEST_SKIP() << why_skipped(GetParam().file);
        expected_ = json::parse(*expected)["files"][GetParam().file];
        ASSERT_TRUE(expected_.contains("spans"));
        store_all();
        for (std::size_t i = 0; i < bodies_->size(); i += is_sampled_whole() ? 1 : kSampleEvery) {
            for (const json& span : json::parse((*bodies_)[i])) {
                sampled_.push_back(zipkin_normal_form(span));
            }
        }
    }

    void expect_counts();
    void expect_fields();
    void expect_names();
    void expect_links();
    void expect_services_to_find();
    void expect_queries();

    bool is_sampled_whole() const { return !GetParam().file.ends_with(".zst"); }

    void store_all() {
        codec::JsonV2Decoder decoder;
        for (const std::string& body : *bodies_) {
            model::SpanBuilder builder;
            const auto decoded = decoder.decode(std::string(body), builder);
            ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
            store(builder.finish());
        }
    }

    void store(model::SpanBatch batch) {
        posted_ += batch.size();
        if (GetParam().way == Way::whole) return accept(std::move(batch));
        std::vector<model::Span> spans(batch.begin(), batch.end());
        if (GetParam().way == Way::reversed) std::ranges::reverse(spans);
        for (const model::Span& span : spans) accept(model::copy_spans({&span, 1}));
    }

    void accept(model::SpanBatch batch) {
        storage_->accept(std::move(batch), [](const Expected<void>& result) {
            ASSERT_TRUE(result.has_value()) << result.error().message;
        });
    }

    Texts ids(const json& query, bool unlimited) const {
        std::vector<query::Parameter> parameters;
        for (const auto& [name, value] : query.items()) {
            if (name == "limit" && unlimited) continue;
            parameters.emplace_back(
                name, value.is_string() ? value.get<std::string>() : value.dump()
            );
        }
        if (unlimited) parameters.emplace_back("limit", "1000000");
        const query::TraceSearch search(*storage_, clock_, {});
        const auto traces = search.find_traces(parameters, QueryContext::unlimited());
        if (!traces) return {traces.error().message};
        Texts found;
        for (const auto& trace : *traces) found.push_back(trace.spans.front().trace_id().to_hex());
        return found;
    }

    std::optional<Texts> bodies_;
    json expected_;
    std::vector<json> sampled_;  // spans in their normal form
    std::size_t posted_ = 0;
    FakeClock clock_;
    std::unique_ptr<storage::MemoryStorage> storage_ = storage::MemoryStorage::create({}).value();
};

void ExpectedAnswers::expect_counts() {
    const storage::StorageCounts counts = storage_->counts();
    EXPECT_EQ(posted_, expected_["spans"].get<std::size_t>());
    EXPECT_EQ(counts.spans + counts.spans_repeated, posted_);
    EXPECT_EQ(counts.traces, expected_["traces"].get<std::size_t>());
    EXPECT_EQ(counts.spans_evicted(), 0U);
}

void ExpectedAnswers::expect_fields() {
    std::map<std::string, std::set<std::string>> posted;  // by trace id; a repetition is one span
    for (const json& span : sampled_) {
        posted[span["traceId"].get<std::string>()].insert(span.dump());
    }
    codec::JsonV2Encoder encoder;
    for (const auto& [id, spans] : posted) {
        const auto trace =
            storage_->get_trace(model::parse_trace_id(id).value(), QueryContext::unlimited());
        ASSERT_TRUE(trace.has_value());
        Texts got;
        for (const model::Span& span : trace->spans) {
            std::string text;
            encoder.append_span(span, text);
            got.push_back(json::parse(text).dump());
        }
        std::ranges::sort(got);
        Texts missing;
        Texts added;
        std::ranges::set_difference(spans, got, std::back_inserter(missing));
        std::ranges::set_difference(got, spans, std::back_inserter(added));
        ASSERT_EQ(missing, Texts{});
        ASSERT_EQ(added, Texts{});
    }
}

void ExpectedAnswers::expect_names() {
    const query::SearchNames names(*storage_, *storage_);
    Texts services;
    for (const auto& [service, spans] : expected_["spanNames"].items()) {
        services.push_back(service);
        const std::vector<query::Parameter> parameters{{"serviceName", service}};
        EXPECT_EQ(names.spans(parameters, QueryContext::unlimited()).value(), spans.get<Texts>())
            << service;
        const json& all_remote = expected_["remoteServices"];
        const Texts remote =
            all_remote.contains(service) ? all_remote[service].get<Texts>() : Texts();
        EXPECT_EQ(names.remote_services(parameters, QueryContext::unlimited()).value(), remote)
            << service;
    }
    EXPECT_EQ(names.services(QueryContext::unlimited()).value(), services);
}

void ExpectedAnswers::expect_links() {
    const query::ServiceGraph graph(*storage_, {});
    const std::vector<query::Parameter> parameters{
        {"endTs", "4102444800000"}, {"lookback", "4102444800000"}};
    const auto links = graph.dependencies(parameters, QueryContext::unlimited());
    ASSERT_TRUE(links.has_value());
    std::multiset<std::string> got;
    for (const model::DependencyLink& link : *links) {
        got.insert(json{
            {"parent", link.parent},
            {"child", link.child},
            {"callCount", link.call_count},
            {"errorCount", link.error_count}}
                       .dump());
    }
    std::multiset<std::string> due;
    for (const json& link : expected_["dependencies"]) due.insert(link.dump());
    EXPECT_EQ(got, due);
}

void ExpectedAnswers::expect_services_to_find() {
    if (!is_sampled_whole()) return;
    std::map<std::string, std::set<std::string>> traces_of;
    for (const std::string& body : *bodies_) {
        for (const json& span : json::parse(body)) {
            const json normal = zipkin_normal_form(span);
            const json service = normal.value("/localEndpoint/serviceName"_json_pointer, json());
            if (!service.is_null()) traces_of[service].insert(normal["traceId"]);
        }
    }
    for (const auto& [service, traces] : traces_of) {
        const Texts got =
            ids({{"serviceName", service}, {"endTs", 4102444800000}, {"lookback", 4102444800000}},
                true);
        EXPECT_EQ(std::set<std::string>(got.begin(), got.end()), traces) << service;
        EXPECT_EQ(got.size(), traces.size()) << service;
    }
}

// Only some of the files come with such questions.
void ExpectedAnswers::expect_queries() {
    for (const json& sample : expected_.value("queries", json::array())) {
        const auto matches = sample["matches"].get<std::size_t>();
        Texts got = ids(sample["query"], false);
        Texts due = sample["traceIds"].get<Texts>();
        EXPECT_EQ(ids(sample["query"], true).size(), matches) << sample["about"];
        if (matches <= sample["query"]["limit"].get<std::size_t>()) {
            std::ranges::sort(got);
            std::ranges::sort(due);
        }
        EXPECT_EQ(got, due) << sample["about"];
    }
}

TEST_P(ExpectedAnswers, are_given_as_zipkin_gives_them) {
    expect_counts();
    expect_fields();
    expect_names();
    expect_links();
    expect_services_to_find();
    expect_queries();
}

INSTANTIATE_TEST_SUITE_P(
    Shared,
    ExpectedAnswers,
    ::testing::ValuesIn(all_cases()),
    [](const ::testing::TestParamInfo<Case>& instance) {
        std::string name = ::testing::PrintToString(instance.param);
        std::ranges::replace_if(
            name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_'
        );
        return name;
    }
);

}  // namespace

}  // namespace clew::testing
