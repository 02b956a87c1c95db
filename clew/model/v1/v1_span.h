// SPDX-License-Identifier: Apache-2.0
#pragma once

// The span of Zipkin's first model, which scribe still carries: one record per remote call, filled
// in by both of its sides. Which side said what is told by the endpoint that each annotation names;
// begin and end of the call are annotations ("cs", "cr", "sr", "ss"), tags and the other side's
// address are "binary annotations". Read by a codec, turned into one or more spans by V1ToModel.
//
// A scratch: cleared and filled again for each span, so that it allocates nothing after a while.
//
// Lifetime: texts belong to whoever filled it. Threads: one at a time.

#include <cstdint>
#include <string_view>
#include <vector>

#include "clew/model/endpoint.h"
#include "clew/model/span_id.h"
#include "clew/model/trace_id.h"

namespace clew::model {

struct V1Annotation {
    std::int64_t timestamp = 0;  // microseconds since the epoch
    std::string_view value;
    std::uint32_t endpoint = 0;  // number from add_endpoint(); 0: none
};

struct V1BinaryAnnotation {
    enum class Type : std::uint8_t {
        text,     // a tag; with the key "ca", "sa" or "ma" an address all the same
        address,  // the boolean true: its endpoint is what it says
    };

    Type type = Type::text;
    std::string_view key;
    std::string_view value;  // empty for an address
    std::uint32_t endpoint = 0;
};

struct V1Span {
    TraceId trace_id;
    SpanId id;
    SpanId parent_id;            // zero: none
    std::string_view name;       // empty: absent
    std::int64_t timestamp = 0;  // microseconds since the epoch; 0: absent
    std::int64_t duration = 0;   // microseconds; 0: absent
    bool debug = false;
    std::vector<Endpoint> endpoints;
    std::vector<V1Annotation> annotations;
    std::vector<V1BinaryAnnotation> binary_annotations;

    // Empty again, memory kept.
    void clear();

    // Returns the number by which annotations name the endpoint; 0 for one with nothing in it.
    std::uint32_t add_endpoint(const Endpoint& endpoint);

    // Requires: number came from add_endpoint() and is not 0.
    const Endpoint& endpoint(std::uint32_t number) const { return endpoints[number - 1]; }
};

}  // namespace clew::model
