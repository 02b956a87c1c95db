// SPDX-License-Identifier: Apache-2.0
#pragma once

// One edge of the service graph: how often `parent` called `child`, and how often that failed.
// Computed from traces by trace/dependency_linker.h.
//
// Threads: a plain value.

#include <cstdint>
#include <string>

namespace clew::model {

struct DependencyLink {
    std::string parent;
    std::string child;
    std::uint64_t call_count = 0;
    std::uint64_t error_count = 0;

    friend bool operator==(const DependencyLink&, const DependencyLink&) = default;
};

}  // namespace clew::model
