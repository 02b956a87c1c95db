// SPDX-License-Identifier: Apache-2.0
#include "clew/trace/dependency_linker.h"

#include <iterator>
#include <optional>
#include <string>

#include "clew/trace/trace_merge.h"
#include "clew/trace/trace_tree.h"

namespace clew::trace {

namespace {

using model::Kind;

// One call as a span tells it, before its ancestors are asked.
struct Call {
    Kind kind = Kind::none;
    std::string_view parent;  // empty: unknown
    std::string_view child;   // empty: unknown
    bool is_error = false;
};

bool is_messaging(Kind kind) noexcept { return kind == Kind::producer || kind == Kind::consumer; }

// Nothing when the span stands for no call, or when another span reports it.
std::optional<Call> call_of(const TreeNode& node) {
    const MergedSpan& span = *node.span;
    if (span.kind == Kind::client && node.child_count > 0) return std::nullopt;
    const std::string_view local = span.local_endpoint.service_name;
    const std::string_view remote = span.remote_endpoint.service_name;
    Kind kind = span.kind;
    if (kind == Kind::none) {
        if (local.empty() || remote.empty()) return std::nullopt;
        kind = Kind::client;
    }
    const bool is_error = has_tag(span, "error");
    if (kind == Kind::client || kind == Kind::producer) return Call{kind, local, remote, is_error};
    const bool is_root = node.parent == TreeNode::kNone;
    if (is_root && remote.empty()) return std::nullopt;
    return Call{kind, remote, local, is_error};
}

}  // namespace

void DependencyLinker::add_trace(std::span<const model::Span> spans) {
    const MergedTrace trace = merge_trace(spans);
    const std::vector<TreeNode> nodes = build_tree(trace);
    // The nearest ancestor that has a kind; parents stand before their children.
    std::vector<const MergedSpan*> ancestors(nodes.size(), nullptr);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const TreeNode& node = nodes[i];
        if (node.parent != TreeNode::kNone) {
            const MergedSpan* above = nodes[node.parent].span;
            const bool is_remote = above != nullptr && above->kind != Kind::none;
            ancestors[i] = is_remote ? above : ancestors[node.parent];
        }
        if (node.span == nullptr) continue;
        std::optional<Call> call = call_of(node);
        if (!call) continue;
        const MergedSpan* ancestor = ancestors[i];
        if (!is_messaging(call->kind) && ancestor != nullptr &&
            !ancestor->local_endpoint.service_name.empty()) {
            const std::string_view caller = ancestor->local_endpoint.service_name;
            // A client that calls itself by the name of the service it was called as.
            if (call->kind == Kind::client && !call->parent.empty() && call->parent != caller) {
                add_call(caller, call->parent, false);
            }
            if (call->kind == Kind::server || call->parent.empty()) call->parent = caller;
            // A call that is split into two ids: its client half is skipped, so its error counts
            // here.
            if (ancestor->kind == Kind::client && !node.span->parent_id.is_zero() &&
                node.span->parent_id == ancestor->id) {
                call->is_error = call->is_error || has_tag(*ancestor, "error");
            }
        }
        if (call->parent.empty() || call->child.empty()) continue;
        add_call(call->parent, call->child, call->is_error);
    }
}

void DependencyLinker::add_link(const model::DependencyLink& added) {
    model::DependencyLink& sum = link(added.parent, added.child);
    sum.call_count += added.call_count;
    sum.error_count += added.error_count;
}

std::vector<model::DependencyLink> DependencyLinker::take_links() {
    index_.clear();
    std::vector<model::DependencyLink> links(
        std::make_move_iterator(links_.begin()), std::make_move_iterator(links_.end())
    );
    links_.clear();
    return links;
}

model::DependencyLink& DependencyLinker::link(std::string_view parent, std::string_view child) {
    const auto found = index_.find({parent, child});
    if (found != index_.end()) return *found->second;
    model::DependencyLink& added =
        links_.emplace_back(model::DependencyLink{std::string(parent), std::string(child), 0, 0});
    index_.emplace(Pair{added.parent, added.child}, &added);
    return added;
}

void DependencyLinker::add_call(std::string_view parent, std::string_view child, bool is_error) {
    model::DependencyLink& counted = link(parent, child);
    ++counted.call_count;
    if (is_error) ++counted.error_count;
}

}  // namespace clew::trace
