// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who called whom inside one trace. Built from merged spans (trace_merge.h) by Zipkin's rules: a
// server half hangs under the client half of the same id; a span hangs under the server half that
// its own endpoint recorded under its parent's id, else under its parent; what knows no parent, or
// a parent that is not there, hangs under the root. The root is the first span without a parent, or
// a stand-in without a span.
//
// Spans in a cycle, which hang under nothing, are not part of the tree; neither are all but the
// last of several unshared spans that claim one id on different endpoints. O(n log n), no
// recursion. Threads: pure functions.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "clew/trace/trace_merge.h"

namespace clew::trace {

struct TreeNode {
    static constexpr std::uint32_t kNone = 0xffff'ffff;

    const MergedSpan* span = nullptr;  // null: the stand-in root
    std::uint32_t parent = kNone;      // index of the node; kNone: the root
    std::uint32_t first_child = 0;     // children stand side by side, by timestamp
    std::uint32_t child_count = 0;
};

// Breadth first: the root stands at the front, parents before their children. Empty when the trace
// is. Valid until: the merged trace ends.
std::vector<TreeNode> build_tree(const MergedTrace& trace);

}  // namespace clew::trace
