// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether bytes from a file are a record that a RecordReader may be given: in memory of its own a
// tracer trusts what it has written, in a file anything may stand.
//
// Threads: a pure function.

#include <string_view>

#include "clew/tracer/internal/ring_file.h"

namespace clew::tracer::internal {

// True when all entries lie inside the record, each value has the size of its type, the span has
// its ids, and every time is one that arithmetic can hold, placed by `clock`.
// Requires: the clock has a rate.
bool is_sound_record(std::string_view record, const ClockPoint& clock) noexcept;

// True when a clock from a file is one that may be calculated with; without a rate, too.
bool is_sound_clock(const ClockPoint& clock) noexcept;

}  // namespace clew::tracer::internal
