// SPDX-License-Identifier: Apache-2.0
#include "clew/trace/trace_tree.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "clew/base/secret_hash.h"

namespace clew::trace {

namespace {

constexpr std::uint32_t kNone = TreeNode::kNone;

// A server half is known by its id and by where it was recorded: several servers may answer one
// call.
struct SharedKey {
    model::SpanId id;
    model::Endpoint endpoint;

    friend bool operator==(const SharedKey&, const SharedKey&) = default;
};

struct SharedKeyHash {
    std::size_t operator()(const SharedKey& key) const noexcept {
        SecretHasher hasher;
        hasher.add(key.id.value);
        hasher.add(key.endpoint.service_name);
        hasher.add(key.endpoint.port);
        if (key.endpoint.ipv4) {
            for (const std::uint8_t byte : *key.endpoint.ipv4) hasher.add(byte);
        }
        if (key.endpoint.ipv6) {
            for (const std::uint8_t byte : *key.endpoint.ipv6) hasher.add(byte);
        }
        return hasher.result();
    }
};

// Finds each span's parent. Spans are named by their index in the merged trace.
class Parents {
public:
    explicit Parents(const MergedTrace& trace) : spans_(trace.spans) {
        parents_.assign(spans_.size(), kNone);
        is_in_tree_.assign(spans_.size(), false);
        index();
        for (std::uint32_t begin = 0; begin < spans_.size();) begin = place_unshared(begin);
        for (const auto& [key, span] : shared_) place(span, unshared(key.id));
    }

    // The real root, or kNone.
    std::uint32_t root() const noexcept { return root_; }
    bool is_in_tree(std::uint32_t span) const noexcept { return is_in_tree_[span]; }
    // kNone: the root.
    std::uint32_t parent(std::uint32_t span) const noexcept { return parents_[span]; }

private:
    void index() {
        for (std::uint32_t i = 0; i < spans_.size(); ++i) {
            const MergedSpan& span = spans_[i];
            if (span.shared) {
                shared_[{span.id, span.local_endpoint}] = i;
            } else if (span.parent_id.is_zero() && root_ == kNone) {
                root_ = i;
            }
        }
    }

    // The span that answers to the id: the last unshared one. The root is reached by having no
    // parent, so it is never the answer. Spans stand in the order of their ids.
    std::uint32_t unshared(model::SpanId id) const {
        const auto group = std::ranges::equal_range(spans_, id, {}, &MergedSpan::id);
        const auto end = std::partition_point(
            group.begin(), group.end(), [](const MergedSpan& span) { return !span.shared; }
        );
        if (end == group.begin()) return kNone;
        const auto last = static_cast<std::uint32_t>(end - spans_.begin()) - 1;
        return last == root_ ? kNone : last;
    }

    // Handles all unshared spans of one id, of which there is more than one only when they claim
    // different endpoints. Returns the index behind the id's last span.
    std::uint32_t place_unshared(std::uint32_t begin) {
        const model::SpanId id = spans_[begin].id;
        std::uint32_t parent = kNone;
        bool is_under_server_half = false;
        bool has_root = false;
        std::uint32_t last = kNone;
        std::uint32_t end = begin;
        for (; end < spans_.size() && spans_[end].id == id; ++end) {
            const MergedSpan& span = spans_[end];
            if (span.shared) continue;
            last = end;
            if (end == root_) {
                has_root = true;
                continue;
            }
            if (const auto server = shared_.find({span.parent_id, span.local_endpoint});
                !span.parent_id.is_zero() && server != shared_.end()) {
                parent = server->second;
                is_under_server_half = true;
            } else if (!is_under_server_half) {
                parent = span.parent_id.is_zero() ? kNone : unshared(span.parent_id);
            }
        }
        if (last == kNone || last == root_) return end;
        // An id that the root carries too belongs to the root, unless a server half says otherwise.
        if (!has_root || is_under_server_half) place(last, parent);
        return end;
    }

    void place(std::uint32_t span, std::uint32_t parent) {
        is_in_tree_[span] = true;
        parents_[span] = parent == span ? kNone : parent;
    }

    const std::vector<MergedSpan>& spans_;
    std::unordered_map<SharedKey, std::uint32_t, SharedKeyHash> shared_;
    std::vector<std::uint32_t> parents_;
    std::vector<bool> is_in_tree_;
    std::uint32_t root_ = kNone;
};

// Children of every span in one array; the root's stand at the end.
class Children {
public:
    Children(const MergedTrace& trace, const Parents& parents)
        : begins_(trace.spans.size() + 2, 0) {
        const auto count = static_cast<std::uint32_t>(trace.spans.size());
        const auto slot = [&](std::uint32_t span) {
            const std::uint32_t parent = parents.parent(span);
            return parent == kNone ? count : parent;
        };
        for (std::uint32_t i = 0; i < count; ++i) {
            if (parents.is_in_tree(i)) ++begins_[slot(i) + 1];
        }
        for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
        children_.resize(begins_.back());
        std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
        for (std::uint32_t i = 0; i < count; ++i) {
            if (parents.is_in_tree(i)) children_[next[slot(i)]++] = i;
        }
        for (std::size_t i = 0; i + 1 < begins_.size(); ++i) {
            std::stable_sort(
                children_.begin() + begins_[i],
                children_.begin() + begins_[i + 1],
                [&](std::uint32_t a, std::uint32_t b) {
                    return trace.spans[a].timestamp < trace.spans[b].timestamp;
                }
            );
        }
    }

    std::span<const std::uint32_t> of(std::uint32_t span) const {
        const std::size_t slot = span == kNone ? begins_.size() - 2 : span;
        return std::span(children_).subspan(begins_[slot], begins_[slot + 1] - begins_[slot]);
    }

private:
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> children_;
};

}  // namespace

std::vector<TreeNode> build_tree(const MergedTrace& trace) {
    std::vector<TreeNode> nodes;
    if (trace.spans.empty()) return nodes;
    const Parents parents(trace);
    const Children children(trace, parents);
    nodes.reserve(trace.spans.size() + 1);
    TreeNode root;
    if (parents.root() != kNone) root.span = &trace.spans[parents.root()];
    nodes.push_back(root);
    for (std::uint32_t at = 0; at < nodes.size(); ++at) {
        const std::uint32_t span =
            at == 0 ? kNone : static_cast<std::uint32_t>(nodes[at].span - trace.spans.data());
        const auto below = children.of(span);
        nodes[at].first_child = static_cast<std::uint32_t>(nodes.size());
        nodes[at].child_count = static_cast<std::uint32_t>(below.size());
        for (const std::uint32_t child : below) nodes.push_back({&trace.spans[child], at, 0, 0});
    }
    return nodes;
}

}  // namespace clew::trace
