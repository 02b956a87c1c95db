// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns recorded spans into rows of a batch, on the reporter's thread: ticks become microseconds,
// texts become valid UTF-8 without NUL, what was cut is marked, and Zipkin's normal form is
// applied.
//
// Threads: one at a time. Lives for one call of drain().

#include <cstdint>
#include <string>
#include <string_view>

#include "clew/model/zipkin_span_builder.h"
#include "clew/tracer/internal/span_record.h"
#include "clew/tracer/internal/tick_clock.h"
#include "clew/tracer/tracer_options.h"

namespace clew::tracer::internal {

class RecordReader {
public:
    // Requires: all three outlive this; the options outlive the batch, which refers to the
    // service's name.
    RecordReader(
        const TracerOptions& options, const TickClock& clock, model::SpanBuilder& into
    ) noexcept
        : RecordReader(
              options, clock, {options.service_name, options.ipv4, options.ipv6, options.port}, into
          ) {}
    // The same for spans that were recorded elsewhere.
    RecordReader(
        const TracerOptions& options,
        const TickClock& clock,
        const model::Endpoint& own,
        model::SpanBuilder& into
    ) noexcept
        : options_(options), clock_(clock), spans_(into), own_(own) {}

    // Adds one row. False, and no row, when memory is short.
    bool append(std::string_view record) noexcept;

private:
    void read(std::string_view record);
    void read_times(const RecordHeader& header);
    void read_entry(const EntryHeader& header, std::string_view key, std::string_view value);
    std::int64_t wall_us(const RecordHeader& header, std::uint64_t time, bool is_wall) const;
    std::string_view text(std::string_view raw, bool is_cut, std::size_t bytes_max);

    const TracerOptions& options_;
    const TickClock& clock_;
    model::ZipkinSpanBuilder spans_;
    const model::Endpoint own_;
    std::uint32_t time_anchor_ = 0;
    model::Endpoint local_;
    model::Endpoint remote_;
    std::string scratch_;
};

}  // namespace clew::tracer::internal
