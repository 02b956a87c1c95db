// SPDX-License-Identifier: Apache-2.0
#pragma once

// Takes spans in over HTTP: POST /api/v2/spans with a list in JSON or protobuf, plain or gzip.
// Answers 202 when the storage has accepted them, so a query sent after the answer finds them;
// every other answer means that none of the list was stored. Made once by the server and mounted
// by its router.
//
// Threads: receive() from any number of loop threads at once.

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "clew/codec/json_v2/json_v2_decoder.h"
#include "clew/collector/collector.h"
#include "clew/collector/loss_log.h"
#include "clew/transport/http/http_handler.h"

namespace clew::collector {

struct HttpReceiverOptions {
    // A body after decompression; beyond: 413.
    std::size_t inflated_bytes_max = 32 * 1024 * 1024;
    // What a client is told with 503.
    int retry_after_seconds = 1;
    codec::JsonV2Limits json_limits;
    // Hears what accepted bodies lost; may be empty.
    LossSink loss_sink;
};

class HttpSpanReceiver {
public:
    // Requires: collector and metrics outlive the receiver and every request it was given.
    HttpSpanReceiver(
        Collector& collector, CollectorMetrics& metrics, const HttpReceiverOptions& options
    );

    // Answers 202, or a sentence, Zipkin's where it has one, with 400, 413, 415, 500 or 503.
    void receive(transport::HttpRequest& request, const transport::HttpResponder& responder);

private:
    using Decoder = std::unique_ptr<codec::JsonV2Decoder>;

    void take(transport::HttpRequest& request, const transport::HttpResponder& responder);
    // The body as it was before its sender compressed it.
    Expected<std::string> decoded_body(transport::HttpRequest& request) const;
    Expected<std::string> inflate(transport::HttpRequest& request) const;
    void refuse(const Error& error, const transport::HttpResponder& responder);
    void accept_empty(const transport::HttpResponder& responder);
    void decode_json(std::string body, const transport::HttpResponder& responder);
    void decode_proto3(std::string body, const transport::HttpResponder& responder);
    // What a decoder left: stored and answered, or refused.
    void finish(
        const Expected<void>& decoded,
        model::SpanBuilder& spans,
        const transport::HttpResponder& responder
    );
    transport::HttpResponse answer_to(const Error& error) const;
    // Decoders keep their memory; each is used by one request at a time.
    Decoder take_decoder();
    void give_back(Decoder decoder);

    Collector& collector_;
    CollectorMetrics& metrics_;
    const HttpReceiverOptions options_;

    LossLog loss_log_;

    std::mutex mutex_;
    std::vector<Decoder> idle_decoders_;
};

}  // namespace clew::collector
