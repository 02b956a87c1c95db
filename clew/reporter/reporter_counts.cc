// SPDX-License-Identifier: Apache-2.0
#include "clew/reporter/reporter_counts.h"

#include <numeric>

namespace clew::reporter {

const char* drop_reason_name(DropReason reason) noexcept {
    switch (reason) {
        case DropReason::queue_full: return "queue_full";
        case DropReason::too_large: return "too_large";
        case DropReason::refused: return "refused";
        case DropReason::unanswered: return "unanswered";
        case DropReason::at_close: return "at_close";
        case DropReason::no_memory: return "no_memory";
    }
    return "unknown";
}

std::uint64_t ReporterCounts::dropped_total() const noexcept {
    return std::accumulate(dropped.begin(), dropped.end(), tracer.dropped_total());
}

std::uint64_t ReporterCounts::on_their_way() const noexcept {
    const std::uint64_t settled = sent + dropped_total();
    return taken_on() > settled ? taken_on() - settled : 0;
}

std::uint64_t ReporterCounts::troubles() const noexcept {
    return dropped_total() + messages_failed + compression_refused + tracer.recovery_damaged +
           tracer.rings_unfiled;
}

}  // namespace clew::reporter
