// SPDX-License-Identifier: Apache-2.0
#pragma once

// Derives the edges of the service graph from traces: who called whom, how often, how often that
// failed. Give it traces one by one, whole ones (all spans whose trace ids share the low 64 bits),
// then take the links. The rules are Zipkin's: a call is counted where its server side reports it,
// else where its client side does; a local span between two calls is looked through; messages link
// through their broker.
//
// Threads: one at a time.

#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "clew/base/secret_hash.h"
#include "clew/model/dependency_link.h"
#include "clew/model/span.h"

namespace clew::trace {

class DependencyLinker {
public:
    // Requires: the spans are of one trace.
    void add_trace(std::span<const model::Span> spans);

    // Adds counts that were derived elsewhere.
    void add_link(const model::DependencyLink& link);

    // In the order in which their pairs were first seen; the linker is empty again.
    std::vector<model::DependencyLink> take_links();

private:
    using Pair = std::pair<std::string_view, std::string_view>;  // views into links_

    struct PairHash {
        std::size_t operator()(const Pair& pair) const noexcept {
            SecretHasher hasher;
            hasher.add(pair.first);
            hasher.add(pair.second);
            return hasher.result();
        }
    };

    model::DependencyLink& link(std::string_view parent, std::string_view child);
    void add_call(std::string_view parent, std::string_view child, bool is_error);

    std::deque<model::DependencyLink> links_;  // never moves a link, so the index may point into it
    std::unordered_map<Pair, model::DependencyLink*, PairHash> index_;
};

}  // namespace clew::trace
