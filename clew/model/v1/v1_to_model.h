// SPDX-License-Identifier: Apache-2.0
#pragma once

// Splits a record of Zipkin's first model into the spans it stands for: one per service that put
// annotations into it, client and server halves of a call apart, with kind, begin and duration read
// from the well-known annotations. The rules are those of Zipkin's own converter, because stored
// traces and dependency graphs must come out the same.
//
//     V1ToModel to_model;                  keep it: its scratch memory is reused
//     to_model.convert(v1_span, builder);  appends one or more spans
//
// Threads: one at a time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "clew/base/expected.h"
#include "clew/model/span_builder.h"
#include "clew/model/v1/v1_span.h"
#include "clew/model/zipkin_span_builder.h"

namespace clew::model {

// Services that may share one record. A call has two, a shared message a few.
inline constexpr std::size_t kV1SpanServicesMax = 64;

class V1ToModel {
public:
    // Appends the spans of the record to `into`; puts the record's annotations in order and its
    // service names in lower case. Texts are not copied: they must be owned by the batch. Errors,
    // after which `into` is as it was: invalid_argument "traceId == 0", "id == 0"; limit_exceeded
    // "v1_span_services_max".
    Expected<void> convert(V1Span& span, SpanBuilder& into);

private:
    enum Event : std::uint8_t { cs, cr, sr, ss, ms, mr, ws, wr, none };

    // A well-known annotation; only counts with an endpoint.
    struct Moment {
        std::uint32_t endpoint = 0;  // 0: there is no such annotation
        std::int64_t timestamp = 0;
        std::size_t index = 0;  // in the record's annotations

        explicit operator bool() const noexcept { return endpoint != 0; }
    };

    // One span in the making.
    struct Part {
        std::uint32_t local = 0;
        Endpoint remote;
        Kind kind = Kind::none;
        bool shared = false;
        std::int64_t timestamp = 0;
        std::int64_t duration = 0;
        Event kept_end = none;  // an end without its begin stays an annotation
    };

    using PartIndex = std::uint8_t;
    static constexpr PartIndex kConsumed = 0xff;  // an annotation that became a time

    static Event event_of(const V1Annotation& annotation) noexcept;
    static void sort_annotations(V1Span& span);
    static void sort_binary_annotations(V1Span& span);

    Part& part(const Moment& moment) { return parts_[part_index(moment.endpoint)]; }
    PartIndex part_index(std::uint32_t endpoint) {
        return endpoint == 0 || endpoint == parts_[0].local ? PartIndex{0} : find_part(endpoint);
    }
    PartIndex find_part(std::uint32_t endpoint);
    PartIndex new_part(std::uint32_t endpoint);
    bool is_same_service(std::uint32_t a, std::uint32_t b) const;

    void lower_case_services(SpanBuilder& into);
    void read_annotations();
    void repair_begin(Event begin, Event end);
    void set_time(const Moment& begin, const Moment& end);
    void split_call();
    void leave_incomplete();
    void time_call();
    void split_message();
    void time_message();
    void read_binary_annotations();
    void set_remote_without_call(std::uint32_t ca, std::uint32_t sa);
    void set_remote(std::uint32_t ca, std::uint32_t sa, std::uint32_t ma);
    void emit(std::size_t index, ZipkinSpanBuilder& spans);

    V1Span* span_ = nullptr;  // being converted
    std::array<Moment, none> moments_{};
    std::vector<Part> parts_;
    std::vector<PartIndex> annotation_parts_;  // per annotation: where it goes
    std::vector<PartIndex> tag_parts_;         // per binary annotation
    bool too_many_services_ = false;
};

}  // namespace clew::model
