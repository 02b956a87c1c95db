// SPDX-License-Identifier: Apache-2.0
#include "test/query/query_script.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "clew/base/testing/fake_clock.h"
#include "clew/model/testing/span_text.h"
#include "clew/query/search_names.h"
#include "clew/query/service_graph.h"
#include "clew/query/trace_lookup.h"
#include "clew/query/trace_search.h"
#include "clew/storage/memory/memory_storage.h"
#include "clew/trace/trace_merge.h"
#include "clew/trace/trace_tree.h"

namespace clew::testing {

namespace {

using query::Parameter;
using Rows = std::vector<std::string>;

struct Block {
    std::size_t line = 0;  // of its head, counted from one
    std::string head;
    Rows rows;
};

std::vector<Block> split_blocks(std::string_view script) {
    std::vector<Block> blocks;
    bool in_block = false;
    for (std::size_t line = 1; !script.empty(); ++line) {
        const std::size_t end = std::min(script.find('\n'), script.size());
        const std::string_view text = script.substr(0, end);
        script.remove_prefix(std::min(end + 1, script.size()));
        if (text.empty()) in_block = false;
        if (text.empty() || text.front() == '#') continue;
        if (in_block) {
            blocks.back().rows.emplace_back(text);
        } else {
            blocks.push_back({line, std::string(text), {}});
        }
        in_block = true;
    }
    return blocks;
}

std::vector<Parameter> split_parameters(std::string_view text) {
    std::vector<Parameter> parameters;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        const std::size_t equals = std::min(part.find('='), part.size());
        parameters.emplace_back(
            part.substr(0, equals), part.substr(std::min(equals + 1, part.size()))
        );
    }
    return parameters;
}

Rows span_rows(const std::vector<model::Span>& spans) {
    Rows rows;
    for (const model::Span& span : spans) rows.push_back(model::testing::span_text(span));
    return rows;
}

Rows merged_rows(const std::vector<model::Span>& spans) {
    const trace::MergedTrace merged = trace::merge_trace(spans);
    model::SpanBuilder builder;
    for (const trace::MergedSpan& span : merged.spans) {
        trace::append_merged(span, merged.trace_id, builder);
    }
    const model::SpanBatch batch = builder.finish();
    return span_rows({batch.begin(), batch.end()});
}

// Depth first, two blanks a level; * is the stand-in for a root that is not there.
Rows tree_rows(const std::vector<model::Span>& spans) {
    const trace::MergedTrace merged = trace::merge_trace(spans);
    const auto nodes = trace::build_tree(merged);
    Rows rows;
    std::vector<std::pair<std::size_t, std::size_t>> open{{0, 0}};  // node, depth
    while (!open.empty()) {
        const auto [at, depth] = open.back();
        open.pop_back();
        const trace::TreeNode& node = nodes[at];
        std::string row(2 * depth, ' ');
        if (node.span == nullptr) {
            row += "*";
        } else {
            row += node.span->id.to_hex().substr(12) + " ";
            row += node.span->local_endpoint.service_name;
        }
        rows.push_back(row);
        for (std::size_t i = node.child_count; i > 0; --i) {
            open.emplace_back(node.first_child + i - 1, depth + 1);
        }
    }
    return rows;
}

class Script {
public:
    Rows run(std::string_view script) {
        for (const Block& block : split_blocks(script)) {
            const std::size_t blank = std::min(block.head.find(' '), block.head.size());
            const std::string word = block.head.substr(0, blank);
            const std::string rest = block.head.substr(std::min(blank + 1, block.head.size()));
            if (word == "storage") {
                open_storage(block, rest);
            } else if (word == "spans") {
                store(block);
            } else if (word == "ask") {
                ask(block, rest);
            } else {
                fail(block, "\"" + word + "\" is no word of a query script");
            }
        }
        if (asked_ == 0) failures_.emplace_back("it asks nothing");
        return std::move(failures_);
    }

private:
    void fail(const Block& block, const std::string& what) {
        failures_.push_back("line " + std::to_string(block.line) + ": " + what);
    }

    void open_storage(const Block& block, std::string_view words) {
        storage::MemoryOptions options;
        for (const auto& [name, value] : split_parameters(words)) {
            if (name == "strict_trace_id") {
                options.strict_trace_id = value == "true";
            } else if (name == "search_enabled") {
                options.search_enabled = value == "true";
            } else if (name == "autocomplete_key") {
                options.autocomplete_keys.push_back(value);
            } else if (name == "spans_max") {
                options.spans_max = std::stoull(value);
            } else {
                fail(block, "\"" + name + "\" is no option");
            }
        }
        storage_ = storage::MemoryStorage::create(options, clock_).value();
    }

    void store(const Block& block) {
        std::string text;
        for (const std::string& row : block.rows) text += row + "\n";
        auto spans = model::testing::parse_spans(text);
        if (!spans) return fail(block, spans.error().message);
        storage_->accept(*std::move(spans), [&](const Expected<void>& result) {
            if (!result) fail(block, result.error().message);
        });
    }

    void ask(const Block& block, const std::string& question) {
        ++asked_;
        const std::size_t blank = std::min(question.find(' '), question.size());
        const std::string path = question.substr(0, blank);
        const std::string rest = question.substr(std::min(blank + 1, question.size()));
        auto rows = answer(path, rest);
        if (!rows) rows = Rows{"! " + rows.error().message};
        if (*rows == block.rows) return;
        std::string what = "ask " + question + "\n  due:";
        for (const std::string& row : block.rows) what += "\n    " + row;
        what += "\n  came:";
        for (const std::string& row : *rows) what += "\n    " + row;
        fail(block, what);
    }

    Expected<Rows> answer(const std::string& path, const std::string& rest) {
        const std::vector<Parameter> parameters = split_parameters(rest);
        const query::SearchNames names(*storage_, *storage_);
        if (path == "services") return names.services(QueryContext::unlimited());
        if (path == "spans") return names.spans(parameters, QueryContext::unlimited());
        if (path == "remoteServices")
            return names.remote_services(parameters, QueryContext::unlimited());
        if (path == "autocompleteKeys") return names.autocomplete_keys();
        if (path == "autocompleteValues")
            return names.autocomplete_values(parameters, QueryContext::unlimited());
        if (path == "dependencies") return links(parameters);
        if (path == "traces") return trace_ids(parameters);
        if (path == "traceMany") return traces(parameters);
        return about_trace(path, rest);
    }

    Expected<Rows> links(const std::vector<Parameter>& parameters) const {
        const query::ServiceGraph graph(*storage_, {});
        return graph.dependencies(parameters, QueryContext::unlimited())
            .transform([](auto&& links) {
                Rows rows;
                for (const model::DependencyLink& link : links) {
                    rows.push_back(
                        link.parent + " > " + link.child + " " + std::to_string(link.call_count) +
                        " " + std::to_string(link.error_count)
                    );
                }
                std::ranges::sort(rows);
                return rows;
            });
    }

    Expected<Rows> trace_ids(const std::vector<Parameter>& parameters) const {
        const query::TraceSearch search(*storage_, clock_, {});
        return search.find_traces(parameters, QueryContext::unlimited())
            .transform([](auto&& traces) {
                Rows rows;
                for (const auto& trace : traces) {
                    rows.push_back(trace.spans.front().trace_id().to_hex());
                }
                return rows;
            });
    }

    Expected<Rows> traces(const std::vector<Parameter>& parameters) const {
        const query::TraceLookup lookup(*storage_, {});
        return lookup.get_traces(parameters, QueryContext::unlimited())
            .transform([](auto&& traces) {
                Rows rows;
                for (const auto& trace : traces) {
                    rows.push_back(trace.spans.front().trace_id().to_hex() + ":");
                    for (std::string& row : span_rows(trace.spans)) rows.push_back(std::move(row));
                }
                return rows;
            });
    }

    Expected<Rows> about_trace(const std::string& path, const std::string& id) const {
        const query::TraceLookup lookup(*storage_, {});
        auto trace = lookup.get_trace(id, QueryContext::unlimited());
        if (!trace) return std::move(trace).error();
        if (path == "trace") return span_rows(trace->spans);
        if (path == "merged") return merged_rows(trace->spans);
        if (path == "tree") return tree_rows(trace->spans);
        return Error{Code::invalid_argument, "\"" + path + "\" is no question"};
    }

    FakeClock clock_;
    std::unique_ptr<storage::MemoryStorage> storage_ =
        storage::MemoryStorage::create({}, clock_).value();
    std::size_t asked_ = 0;
    Rows failures_;
};

}  // namespace

std::vector<std::string> run_query_script(std::string_view script) { return Script().run(script); }

}  // namespace clew::testing
