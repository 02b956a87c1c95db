// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one transport (http, scribe) has received and what became of it. The receiver counts
// messages and bytes; the collector counts spans, once when they come and once when their fate is
// known. When nothing is in flight, exactly:
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
    Counter messages_dropped;   // of these, refused before they became spans: malformed, too large
    Counter bytes;              // in messages, after decompression and decoding of base64
    Counter spans;              // decoded
    Counter spans_stored;       // acknowledged by the storage
    Counter spans_sampled_out;  // left out by the sampler
    Counter spans_rejected;     // not stored, and the sender was told so
    Counter spans_dropped;      // not stored, and the protocol has no word to tell it
    Gauge message_spans;        // in the newest message
    Gauge message_bytes;        // of the newest message
};

}  // namespace clew::collector
