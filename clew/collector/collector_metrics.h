// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one transport (http, scribe) has received and what became of it. Only the collector counts:
// messages when they have come whole, spans once when they come and once when their fate is known.
// When nothing is in flight, exactly:
//
//     spans = spans_stored + spans_sampled_out + spans_rejected + spans_dropped
//
// Exported by web/ under Zipkin's names, where `spans_dropped` is all that was not stored.
//
// Threads: all of it from anywhere.

#include <cstdint>
#include <string>
#include <utility>

#include "clew/base/counter.h"

namespace clew::collector {

struct CollectorMetrics {
    explicit CollectorMetrics(std::string transport_name) : transport(std::move(transport_name)) {}

    const std::string transport;  // Zipkin's word: "http", "scribe"

    Counter messages;           // received, whole
    Counter messages_dropped;   // of these, refused before they became spans, and the sender told
    Counter bytes;              // in messages, after decompression and decoding of base64
    Counter spans;              // decoded
    Counter spans_stored;       // acknowledged by the storage
    Counter spans_sampled_out;  // left out by the sampler
    Counter spans_rejected;     // not stored, and the sender was told so
    Counter spans_dropped;      // not stored, and the sender was not told
    // What accepted messages held beside the spans that went on, by reason (model/left_out.h); the
    // spans among it are in spans and in spans_dropped.
    Counter spans_zero_id;
    Counter spans_empty;
    Counter spans_too_large;  // alone larger than the storage
    Counter tags_left_out;
    Counter bytes_behind_list;
    Gauge message_spans;  // in the newest message
    Gauge message_bytes;  // of the newest message
};

}  // namespace clew::collector
