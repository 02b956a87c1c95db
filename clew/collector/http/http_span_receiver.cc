// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/http/http_span_receiver.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "clew/base/text.h"
#include "clew/codec/proto3/proto3_decoder.h"
#include "clew/collector/http/json_list_guard.h"
#include "clew/model/span_builder.h"
#include "clew/wire/compression.h"

namespace clew::collector {

namespace {

using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

// A decoder that has read more than this is let go, because it would keep as much memory for good.
constexpr std::size_t kKeptDecoderBytesMax = 1024 * 1024;

// Reserved for what a body inflates to: at first, and then as much again.
constexpr std::size_t kInflatedFirstBytes = 16 * 1024;
constexpr std::size_t kInflatedFirstRatio = 16;
constexpr std::size_t kInflatedGrowth = 8;

// Of the sentence that a sender gets with a refusal.
constexpr std::size_t kErrorBytesMax = 1024;

constexpr char kProto3ListByte = 0x0a;  // field 1, with a length

static_assert(HttpRequest::kBodyPaddingBytes >= codec::kJsonBodyPaddingBytes);

std::string_view media_type(const HttpRequest& request) {
    const std::string_view value = request.header("Content-Type");
    return trim(value.substr(0, value.find(';')));
}

Error unsupported_coding(std::string_view token) {
    constexpr std::size_t kShownBytesMax = 64;
    return {
        Code::unsupported,
        "Content-Encoding " + std::string(token.substr(0, kShownBytesMax)) +
            " is not supported here: send gzip, or the spans as they are"};
}

// True when the body is gzip. Every coding of every Content-Encoding header counts, and those that
// are not known are refused: what they hide is not JSON.
Expected<bool> is_gzip(const HttpRequest& request) {
    bool gzip = false;
    for (const transport::HttpHeader& header : request.headers) {
        if (!equals_ignoring_case(header.name, "Content-Encoding")) continue;
        for (std::string_view rest = header.value; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view token = trim(rest.substr(0, comma));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            if (token.empty() || equals_ignoring_case(token, "identity")) continue;
            if (!equals_ignoring_case(token, "gzip") && !equals_ignoring_case(token, "x-gzip")) {
                return unsupported_coding(token);
            }
            if (gzip) return unsupported_coding("gzip of gzip");
            gzip = true;
        }
    }
    return gzip;
}

codec::JsonV2Limits limits_within(codec::JsonV2Limits limits, std::size_t spans_max) {
    limits.spans_max = std::min(limits.spans_max, spans_max);
    return limits;
}

HttpReceiverOptions bounded(HttpReceiverOptions options, const Collector& collector) {
    options.json_limits = limits_within(options.json_limits, collector.batch_spans_max());
    return options;
}

}  // namespace

HttpSpanReceiver::HttpSpanReceiver(
    Collector& collector, CollectorMetrics& metrics, const HttpReceiverOptions& options
)
    : collector_(collector),
      metrics_(metrics),
      options_(bounded(options, collector)),
      loss_log_(metrics.transport, options.loss_sink) {
    loss_log_.watch("zero_id", metrics.spans_zero_id);
    loss_log_.watch("empty", metrics.spans_empty);
    loss_log_.watch("tags", metrics.tags_left_out);
    loss_log_.watch("bytes_behind_list", metrics.bytes_behind_list);
}

void HttpSpanReceiver::receive(HttpRequest& request, const HttpResponder& responder) {
    collector_.count_message(metrics_);
    try {
        take(request, responder);
    } catch (const std::bad_alloc&) {
        // What was made of the request is gone again, so that there is room for the answer.
        refuse({Code::overloaded, "out of memory, try again later"}, responder);
    }
}

void HttpSpanReceiver::take(HttpRequest& request, const HttpResponder& responder) {
    const bool is_proto3 =
        equals_ignoring_case(media_type(request), codec::content_type(codec::Encoding::proto3));
    if (request.body.empty()) return accept_empty(responder);
    Expected<std::string> decoded = decoded_body(request);
    if (!decoded) return refuse(decoded.error(), responder);
    std::string& body = *decoded;
    if (body == "[]") return accept_empty(responder);
    collector_.count_bytes(metrics_, body.size());
    if (is_proto3) return decode_proto3(std::move(body), responder);
    switch (recognise_json_list(body)) {
        case JsonList::none:
            return refuse({Code::malformed, "Expected a JSON_V2 encoded list\n"}, responder);
        case JsonList::v1:
            return refuse(
                {Code::malformed, "Expected a JSON_V2 encoded list, but received: JSON_V1\n"},
                responder
            );
        case JsonList::v2: return decode_json(std::move(body), responder);
    }
}

Expected<std::string> HttpSpanReceiver::decoded_body(HttpRequest& request) const {
    const Expected<bool> gzip = is_gzip(request);
    if (!gzip) return gzip.error();
    return *gzip ? inflate(request) : Expected<std::string>(std::move(request.body));
}

// What is likely to come out is reserved before, eight times as much where that was too little, and
// what was too much is given back: reserving the most that may come out at once would refuse small
// bodies as soon as the bytes in flight are scarce.
Expected<std::string> HttpSpanReceiver::inflate(HttpRequest& request) const {
    const std::size_t compressed_bytes = request.reservation.bytes();
    const std::size_t most = std::min<std::size_t>(
        options_.inflated_bytes_max,
        std::max(request.reservation.bytes_max(), compressed_bytes) - compressed_bytes
    );
    std::size_t room = kInflatedFirstBytes + kInflatedFirstRatio * request.body.size();
    std::string body;
    Expected<void> inflated;
    do {
        room = std::min(room, most);
        if (!request.reservation.grow(compressed_bytes + room - request.reservation.bytes())) {
            return Error{Code::overloaded, "too many bytes in flight, try again later"};
        }
        inflated = wire::gunzip(request.body, room, HttpRequest::kBodyPaddingBytes, body);
        if (inflated || inflated.error().code != Code::limit_exceeded) break;
        room *= kInflatedGrowth;
    } while (request.reservation.bytes() - compressed_bytes < most);
    request.reservation.shrink_to(compressed_bytes + body.size());
    // Zipkin's words, whatever is wrong with it.
    const bool is_malformed = !inflated && inflated.error().code == Code::malformed;
    if (is_malformed || (inflated && body.empty())) {
        return Error{Code::malformed, "Cannot gunzip spans"};
    }
    if (!inflated) return std::move(inflated).error();
    return body;
}

void HttpSpanReceiver::refuse(const Error& error, const HttpResponder& responder) {
    collector_.count_refusal(metrics_);
    responder.send(answer_to(error));
}

void HttpSpanReceiver::accept_empty(const HttpResponder& responder) {
    collector_.count_empty(metrics_);
    HttpResponse accepted;
    accepted.status = 202;
    responder.send(std::move(accepted));
}

void HttpSpanReceiver::decode_json(std::string body, const HttpResponder& responder) {
    const bool is_large = body.size() > kKeptDecoderBytesMax;
    model::SpanBuilder spans;
    Decoder decoder = take_decoder();
    const Expected<void> decoded = decoder->decode(std::move(body), spans);
    if (!is_large) give_back(std::move(decoder));
    finish(decoded, spans, responder);
}

// A list of protobuf spans begins with the key of its first field.
void HttpSpanReceiver::decode_proto3(std::string body, const HttpResponder& responder) {
    if (body.front() != kProto3ListByte) {
        return refuse({Code::malformed, "Expected a PROTO3 encoded list\n"}, responder);
    }
    const codec::JsonV2Limits& limits = options_.json_limits;
    codec::Proto3Decoder decoder(
        {limits.spans_max, limits.span_tags_max, limits.span_annotations_max}
    );
    model::SpanBuilder spans;
    finish(decoder.decode(std::move(body), spans), spans, responder);
}

void HttpSpanReceiver::finish(
    const Expected<void>& decoded, model::SpanBuilder& spans, const HttpResponder& responder
) {
    if (!decoded) return refuse(decoded.error(), responder);
    collector_.accept(
        spans.finish(),
        metrics_,
        Refusal::told,
        MessageKind::whole,
        [this, responder](const Expected<void>& stored) {
            HttpResponse response;
            response.status = 202;
            responder.send(stored ? std::move(response) : answer_to(stored.error()));
        }
    );
    loss_log_.report();
}

HttpResponse HttpSpanReceiver::answer_to(const Error& error) const {
    // It may show what was sent, such as a number of a megabyte.
    const std::string_view text = std::string_view(error.message).substr(0, kErrorBytesMax);
    switch (error.code) {
        case Code::malformed:
        case Code::truncated:
        case Code::invalid_argument: return transport::text_response(400, text);
        case Code::overloaded:
        case Code::unavailable:
            return transport::overloaded_response(503, text, options_.retry_after_seconds);
        case Code::limit_exceeded: return transport::text_response(413, text);
        case Code::unsupported: {
            HttpResponse response = transport::text_response(415, text);
            response.add_header("Accept-Encoding", "gzip");
            return response;
        }
        default: return transport::text_response(500, text);
    }
}

HttpSpanReceiver::Decoder HttpSpanReceiver::take_decoder() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_decoders_.empty()) {
            Decoder decoder = std::move(idle_decoders_.back());
            idle_decoders_.pop_back();
            return decoder;
        }
    }
    return std::make_unique<codec::JsonV2Decoder>(options_.json_limits);
}

void HttpSpanReceiver::give_back(Decoder decoder) {
    const std::lock_guard lock(mutex_);
    idle_decoders_.push_back(std::move(decoder));
}

}  // namespace clew::collector
