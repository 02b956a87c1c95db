// SPDX-License-Identifier: Apache-2.0
#pragma once

// The unit of flow between a decoder and a store: many spans in one arena. Fixed-size rows stand in
// one array; tags, annotations, links and endpoints stand in side arrays that rows point into by
// range; every text is a view into the arena, which may own the very buffer the spans were received
// in. No allocation per span. Filled by a SpanBuilder, read through Span (span.h), never changed
// after it is built.
//
// Lifetime: everything read from a batch lives as long as the batch; moving it keeps views valid.
// Threads: built by one; once built, read by any number.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "clew/base/arena.h"
#include "clew/model/endpoint.h"
#include "clew/model/kind.h"
#include "clew/model/left_out.h"
#include "clew/model/span_id.h"
#include "clew/model/trace_id.h"
#include "clew/model/value.h"

namespace clew::model {

class Span;

// Part of a side array.
struct Range {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
};

// Microseconds since the epoch, or a length in microseconds, and the nanoseconds beyond: every
// value of Zipkin's wire and every OTLP nanosecond fits unchanged. Zero microseconds and zero
// nanoseconds mean absent.
struct Time {
    std::int64_t us = 0;
    std::uint16_t ns = 0;  // 0 to 999

    bool is_absent() const noexcept { return us == 0 && ns == 0; }
    friend auto operator<=>(const Time&, const Time&) = default;
};

// Something that happened at a moment inside a span.
struct Annotation {
    Time time;
    std::string_view value;
    Range tags;  // attributes of an OTLP event; empty for Zipkin
};

// A reference from a span to a span that is not its parent.
struct Link {
    TraceId trace_id;
    SpanId span_id;
    std::string_view trace_state;
    std::uint32_t flags = 0;
    Range tags;
};

// What many spans of a batch share: the OTLP resource or scope they came from.
struct Origin {
    std::string_view name;     // scope name; empty for a resource
    std::string_view version;  // scope version
    std::string_view schema_url;
    Range tags;
};

enum class Status : std::uint8_t { unset = 0, ok = 1, error = 2 };

struct SpanRow {
    TraceId trace_id;
    SpanId id;
    SpanId parent_id;  // zero: none
    Time timestamp;
    Time duration;
    std::string_view name;
    std::string_view status_message;
    std::string_view trace_state;
    std::uint32_t local_endpoint = 0;   // index into endpoints, plus one; 0: none
    std::uint32_t remote_endpoint = 0;  // the same
    std::uint32_t resource = 0;         // index into origins, plus one; 0: none
    std::uint32_t scope = 0;            // the same
    Range tags;
    Range annotations;
    Range links;
    std::uint32_t flags = 0;  // W3C trace flags as OTLP carries them
    Kind kind = Kind::none;
    Status status = Status::unset;
    bool debug = false;
    bool shared = false;
};

class SpanBatch {
public:
    SpanBatch() = default;
    SpanBatch(SpanBatch&&) noexcept = default;
    SpanBatch& operator=(SpanBatch&&) noexcept = default;
    SpanBatch(const SpanBatch&) = delete;
    SpanBatch& operator=(const SpanBatch&) = delete;

    class Iterator;

    std::size_t size() const noexcept { return rows_.size(); }
    bool empty() const noexcept { return rows_.empty(); }
    // Requires: index < size().
    Span operator[](std::size_t index) const;
    Iterator begin() const noexcept;
    Iterator end() const noexcept;

    // What the messages held beside these spans.
    const LeftOut& left_out() const noexcept { return left_out_; }

    // Memory held, used or reserved: what bounds in bytes count.
    std::size_t size_bytes() const noexcept;

private:
    friend class Span;
    friend class SpanBuilder;

    Arena arena_;
    std::vector<SpanRow> rows_;
    std::vector<Tag> tags_;
    std::vector<Annotation> annotations_;
    std::vector<Endpoint> endpoints_;
    std::vector<Link> links_;
    std::vector<Origin> origins_;
    LeftOut left_out_;
};

}  // namespace clew::model

#include "clew/model/span.h"  // a batch is of no use without its view
