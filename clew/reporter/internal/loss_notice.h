// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tells whoever looks at traces that some are not there: when spans were lost, the next one that is
// taken carries a tag for each reason, with how many were lost for it since the process began:
// "clew.dropped.queue_full" = "12". A notice that is lost itself is told again, because its loss
// changes the number.
//
// Threads: the reporter's only.

#include <array>
#include <cstddef>
#include <cstdint>

#include "clew/model/span_builder.h"
#include "clew/reporter/reporter_counts.h"

namespace clew::reporter::internal {

class LossNotice {
public:
    // Adds to the builder's newest span what has changed since the last call.
    // Requires: there is one, with no tags after it. Throws std::bad_alloc.
    void add_to(model::SpanBuilder& spans, const ReporterCounts& counts);

private:
    std::array<std::uint64_t, kDropReasons> told_{};
    std::array<std::uint64_t, tracer::kDropReasons> told_of_tracer_{};
};

}  // namespace clew::reporter::internal
