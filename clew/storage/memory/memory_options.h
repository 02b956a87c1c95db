// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an operator chooses about a MemoryStorage. Zipkin's names of the variables stand beside the
// fields.
//
// Threads: a plain value.

#include <cstdint>
#include <string>
#include <vector>

namespace clew::storage {

struct MemoryOptions {
    // Spans and bytes held at most; when one is reached the traces that arrived first leave. Both
    // above zero. A batch that alone is larger is refused.
    std::uint64_t spans_max = 500'000;               // MEM_MAX_SPANS
    std::uint64_t bytes_max = 512ULL * 1024 * 1024;  // of spans and of the indexes over them

    // False: traces are told apart and found by the low 64 bits of their id only.
    bool strict_trace_id = true;  // STRICT_TRACE_ID

    // False: nothing can be searched and nothing is indexed for it; traces by id and the service
    // graph remain.
    bool search_enabled = true;  // SEARCH_ENABLED

    // Tag keys whose values are offered for completion.
    std::vector<std::string> autocomplete_keys;  // AUTOCOMPLETE_KEYS
};

}  // namespace clew::storage
