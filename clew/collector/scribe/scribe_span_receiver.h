// SPDX-License-Identifier: Apache-2.0
#pragma once

// Takes spans in over scribe, as Zipkin's first clients send them: each entry of the category
// "zipkin" is one span in base64. Answers OK when the storage has accepted the spans, so a query
// sent after the answer finds them, and TRY_LATER when it has not, or there is no memory. Entries
// that do not decode, or could never be stored, are skipped and counted, because sending them again
// would never help; their neighbours are stored. A call too large to be stored whole is stored in
// parts.
// Both halves of a call that an entry may hold become spans.
//
// Made once by the server and given to a ScribeServer. Threads: receive() from any number of loop
// threads at once.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "clew/base/counter.h"
#include "clew/codec/thrift_v1/thrift_v1_decoder.h"
#include "clew/collector/collector.h"
#include "clew/collector/loss_log.h"
#include "clew/model/span_builder.h"
#include "clew/transport/scribe/log_handler.h"

namespace clew::collector {

// Where Zipkin listens for scribe.
inline constexpr std::uint16_t kScribePort = 9410;

struct ScribeReceiverOptions {
    // Entries of other categories are not for us.
    std::string category = "zipkin";
    // Hears which entries and spans were left out; may be empty.
    LossSink loss_sink;
};

// What became of entries, beside the metrics that all transports have. Of a call's entries each is
// counted in `entries`, and in one of the others when it did not decode.
struct ScribeReceiverMetrics {
    Counter entries;                 // received
    Counter entries_other_category;  // skipped
    Counter entries_too_big;         // skipped: category or message beyond its limit
    Counter entries_not_base64;      // skipped
    Counter entries_not_a_span;      // skipped: not a thrift span, or without ids
};

class ScribeSpanReceiver {
public:
    // Requires: collector and metrics outlive the receiver and every call it was given.
    ScribeSpanReceiver(
        Collector& collector, CollectorMetrics& metrics, const ScribeReceiverOptions& options
    );

    // A transport::LogHandler.
    void receive(const transport::LogRequest& request, const transport::LogResponder& responder);

    const ScribeReceiverMetrics& metrics() const noexcept { return entry_metrics_; }

private:
    using Decoder = std::unique_ptr<codec::ThriftV1Decoder>;

    bool is_ours(const transport::LogEntry& entry) const {
        return entry.category == options_.category;
    }
    model::SpanBatch decode_all(const transport::LogRequest& request);
    // Returns the bytes that came out of base64.
    std::size_t decode(
        std::string_view message, codec::ThriftV1Decoder& decoder, model::SpanBuilder& into
    );
    // Decoders keep their memory; each is used by one call at a time.
    Decoder take_decoder();
    void give_back(Decoder decoder);

    Collector& collector_;
    CollectorMetrics& metrics_;
    ScribeReceiverMetrics entry_metrics_;
    const ScribeReceiverOptions options_;
    LossLog loss_log_;

    std::mutex mutex_;
    std::vector<Decoder> idle_decoders_;
};

}  // namespace clew::collector
