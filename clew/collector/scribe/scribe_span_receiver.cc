// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/scribe/scribe_span_receiver.h"

#include <new>
#include <utility>

#include "clew/wire/base64.h"

namespace clew::collector {

namespace {

using transport::LogEntry;
using transport::LogRequest;
using transport::LogResponder;
using transport::LogResult;

// Of a span's bytes half are endpoints that every annotation repeats, and that take no room in a
// batch.
constexpr std::size_t kDecodedBytesPerBodyByte = 2;

}  // namespace

ScribeSpanReceiver::ScribeSpanReceiver(
    Collector& collector, CollectorMetrics& metrics, const ScribeReceiverOptions& options
)
    : collector_(collector),
      metrics_(metrics),
      options_(options),
      loss_log_(metrics.transport, options.loss_sink) {
    loss_log_.watch("entry_too_big", entry_metrics_.entries_too_big);
    loss_log_.watch("entry_not_base64", entry_metrics_.entries_not_base64);
    loss_log_.watch("entry_not_a_span", entry_metrics_.entries_not_a_span);
    loss_log_.watch("span_too_large", metrics.spans_too_large);
    loss_log_.watch("tags", metrics.tags_left_out);
}

void ScribeSpanReceiver::receive(const LogRequest& request, const LogResponder& responder) {
    collector_.count_message(metrics_);
    try {
        collector_.accept(
            decode_all(request),
            metrics_,
            Refusal::told,
            MessageKind::entries,
            [responder](const Expected<void>& stored) {
                responder.send(stored ? LogResult::ok : LogResult::try_later);
            }
        );
        loss_log_.report();
    } catch (const std::bad_alloc&) {
        collector_.count_refusal(metrics_);
        responder.send(LogResult::try_later);
    }
}

model::SpanBatch ScribeSpanReceiver::decode_all(const LogRequest& request) {
    entry_metrics_.entries.add(request.entries.size() + request.entries_too_big);
    entry_metrics_.entries_too_big.add(request.entries_too_big);
    std::size_t room = 0;
    for (const LogEntry& entry : request.entries) {
        if (is_ours(entry)) room += wire::base64_decoded_bytes_max(entry.message.size());
    }
    model::SpanBuilder spans;
    spans.arena().reserve(room);
    spans.reserve_for_body(room / kDecodedBytesPerBodyByte);

    std::size_t bytes = 0;
    Decoder decoder = take_decoder();
    for (const LogEntry& entry : request.entries) {
        if (is_ours(entry)) {
            bytes += decode(entry.message, *decoder, spans);
        } else {
            entry_metrics_.entries_other_category.add();
        }
    }
    give_back(std::move(decoder));
    collector_.count_bytes(metrics_, bytes);
    return spans.finish();
}

std::size_t ScribeSpanReceiver::decode(
    std::string_view message, codec::ThriftV1Decoder& decoder, model::SpanBuilder& into
) {
    char* place = into.arena().allocate(wire::base64_decoded_bytes_max(message.size()));
    const Expected<std::size_t> size = wire::decode_base64_mime(message, place);
    if (!size) {
        entry_metrics_.entries_not_base64.add();
        return 0;
    }
    if (!decoder.decode_span({place, *size}, into)) entry_metrics_.entries_not_a_span.add();
    return *size;
}

ScribeSpanReceiver::Decoder ScribeSpanReceiver::take_decoder() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_decoders_.empty()) {
            Decoder decoder = std::move(idle_decoders_.back());
            idle_decoders_.pop_back();
            return decoder;
        }
    }
    return std::make_unique<codec::ThriftV1Decoder>();
}

void ScribeSpanReceiver::give_back(Decoder decoder) {
    const std::lock_guard lock(mutex_);
    idle_decoders_.push_back(std::move(decoder));
}

}  // namespace clew::collector
