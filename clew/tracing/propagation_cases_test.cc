// SPDX-License-Identifier: Apache-2.0
// Goal: a service that uses the public face understands and sends what other tracers do. Method:
// the tables of test/propagation, whose README tells how a case is run.
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/base/hex.h"
#include "clew/propagation/carrier.h"
#include "clew/tracing/tracing.h"

namespace clew::tracing {
namespace {

using nlohmann::json;
using propagation::TraceContext;
using Headers = std::map<std::string, std::string>;

struct Case {
    json options;
    json row;
    double sample_rate = 1;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.row["name"] << " with rate " << one.sample_rate;
}

std::vector<Case> read_cases(const std::string& file) {
    const std::string path = std::string(CLEW_PROPAGATION_CASES) + "/" + file;
    std::ifstream stream(path);
    const json table = json::parse(stream);
    std::vector<Case> cases;
    for (const json& row : table["cases"]) {
        cases.push_back({table["options"], row, 1});
        if (row["expect"]["sampled"] == "asked") cases.push_back({table["options"], row, 0});
    }
    return cases;
}

std::string hex(std::uint64_t value) {
    std::string text(16, '0');
    write_hex16(value, text.data());
    return text;
}

std::string trace_id_of(const TraceContext& context) {
    const std::string high = context.trace_id.high == 0 ? "" : hex(context.trace_id.high);
    return high + hex(context.trace_id.low);
}

void replace(std::string& text, std::string_view from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
        text.replace(at, from.size(), to);
    }
}

class PropagationCase : public ::testing::TestWithParam<Case> {
protected:
    PropagationCase() {
        TracingOptions options;
        options.service_name = "tested";
        options.endpoint = "http://127.0.0.1:1";
        options.propagation = GetParam().options["propagation"];
        options.sample_rate = GetParam().sample_rate;
        options.close_timeout_ms = 0;
        options.read_environment = false;
        tracing_ = *Tracing::create(options);
        for (const json& header : GetParam().row["headers"]) {
            texts_.push_back(header[0]);
            texts_.push_back(header[1]);
        }
        for (std::size_t at = 0; at < texts_.size(); at += 2) {
            fields_.push_back({texts_[at], texts_[at + 1]});
        }
    }

    bool is_received(const std::string& id) const {
        for (const std::string& text : texts_) {
            if (text.find(id) != std::string::npos) return true;
        }
        return false;
    }

    void expect_server(const TraceContext& context, const json& expect) const {
        const std::string trace_id = trace_id_of(context);
        if (expect["trace_id"] == "new") {
            EXPECT_FALSE(is_received(trace_id));
        } else {
            EXPECT_EQ(trace_id, expect["trace_id"]);
        }
        if (expect.contains("span_id")) {
            EXPECT_EQ(hex(context.span_id.value), expect["span_id"]);
        } else {
            EXPECT_FALSE(is_received(hex(context.span_id.value)));
        }
        const std::string parent =
            expect["parent_id"].is_null() ? hex(0) : expect["parent_id"].get<std::string>();
        EXPECT_EQ(hex(context.parent_id.value), parent);
        const bool sampled = expect["sampled"] == "asked" ? GetParam().sample_rate == 1
                                                          : expect["sampled"].get<bool>();
        EXPECT_EQ(context.is_recorded(), sampled);
        EXPECT_EQ(context.debug, expect.value("debug", false));
    }

    void expect_call(const TraceContext& call, const Headers& sent, const json& sends) const {
        for (const auto& [name, value] : sends.items()) {
            const auto found = sent.find(name);
            if (value.is_null()) {
                EXPECT_TRUE(found == sent.end()) << name << ": " << found->second;
                continue;
            }
            auto wanted = value.get<std::string>();
            replace(wanted, "{trace_id}", trace_id_of(call));
            replace(wanted, "{span_id}", hex(call.span_id.value));
            replace(wanted, "{parent_id}", hex(call.parent_id.value));
            replace(wanted, "{sampled}", call.is_recorded() ? "1" : "0");
            ASSERT_TRUE(found != sent.end()) << name;
            EXPECT_EQ(found->second, wanted);
        }
    }

    std::unique_ptr<Tracing> tracing_;
    std::vector<std::string> texts_;
    std::vector<propagation::HeaderField> fields_;
};

TEST_P(PropagationCase, is_understood_and_passed_on) {
    const json& expect = GetParam().row["expect"];
    const propagation::HeaderFields headers(fields_);
    const propagation::Extracted extracted = tracing_->extract(headers);
    tracer::Span server = tracing_->tracer().join_span(extracted.context, "get");
    expect_server(server.context(), expect);
    EXPECT_EQ(tracing_->malformed_headers(), expect.value("malformed", false) ? 1U : 0U);

    const int calls = GetParam().row.value("calls", 1);
    std::set<std::uint64_t> ids{server.context().span_id.value};
    for (int i = 0; i < calls; ++i) {
        tracer::Span call =
            tracing_->tracer().new_child(server.context(), "call", model::Kind::client);
        Headers sent;
        const auto set = [&](std::string_view name, std::string_view value) {
            sent[std::string(name)] = value;
        };
        EXPECT_TRUE(tracing_->inject(call.context(), set, extracted.carried.get()));
        expect_call(call.context(), sent, expect["sends"]);
        EXPECT_EQ(call.context().trace_id, server.context().trace_id);
        const bool is_another = ids.insert(call.context().span_id.value).second;
        EXPECT_TRUE(is_another || !call.is_recording());
        call.abandon();
    }
    server.abandon();
}

std::string name_of(const ::testing::TestParamInfo<Case>& one) {
    std::string name = one.param.row["name"];
    for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    }
    return std::to_string(one.index) + "_" + name.substr(0, 60);
}

INSTANTIATE_TEST_SUITE_P(
    W3c, PropagationCase, ::testing::ValuesIn(read_cases("w3c_cases.json")), name_of
);
INSTANTIATE_TEST_SUITE_P(
    B3, PropagationCase, ::testing::ValuesIn(read_cases("b3_cases.json")), name_of
);

TEST(PropagationCases, cover_every_test_of_the_w3cs_harness) {
    constexpr std::size_t kHarnessTests = 41;
    std::set<std::string> tests;
    for (const Case& one : read_cases("w3c_cases.json")) {
        const std::string rule = one.row["rule"];
        if (rule.starts_with("test_")) tests.insert(rule);
    }
    EXPECT_EQ(tests.size(), kHarnessTests);
}

}  // namespace
}  // namespace clew::tracing
