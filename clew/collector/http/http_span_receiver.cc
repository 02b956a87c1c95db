// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/http/http_span_receiver.h"

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

constexpr char kProto3ListByte = 0x0a;  // field 1, with a length

static_assert(HttpRequest::kBodyPaddingBytes >= codec::kJsonBodyPaddingBytes);

std::string_view media_type(const HttpRequest& request) {
    const std::string_view value = request.header("Content-Type");
    return trim(value.substr(0, value.find(';')));
}

}  // namespace

HttpSpanReceiver::HttpSpanReceiver(
    Collector& collector, CollectorMetrics& metrics, const HttpReceiverOptions& options
)
    : collector_(collector), metrics_(metrics), options_(options) {}

void HttpSpanReceiver::receive(HttpRequest& request, const HttpResponder& responder) {
    metrics_.messages.add();
    const bool is_proto3 =
        equals_ignoring_case(media_type(request), codec::content_type(codec::Encoding::proto3));
    std::string body;
    if (request.header("Content-Encoding").find("gzip") == std::string_view::npos) {
        body = std::move(request.body);
    } else if (const Expected<void> inflated = inflate(request, body); !inflated) {
        const Error& error = inflated.error();
        if (error.code == Code::limit_exceeded) return refuse(413, error.message, responder);
        if (error.code == Code::overloaded) return refuse(503, error.message, responder);
        return refuse(400, "Cannot gunzip spans", responder);
    }
    if (body.empty() || body == "[]") {
        metrics_.message_bytes.set(0);
        metrics_.message_spans.set(0);
        HttpResponse accepted;
        accepted.status = 202;
        return responder.send(std::move(accepted));
    }
    metrics_.bytes.add(body.size());
    metrics_.message_bytes.set(static_cast<std::int64_t>(body.size()));
    if (is_proto3) return decode_proto3(std::move(body), responder);
    switch (recognise_json_list(body)) {
        case JsonList::none: return refuse(400, "Expected a JSON_V2 encoded list\n", responder);
        case JsonList::v1:
            return refuse(
                400, "Expected a JSON_V2 encoded list, but received: JSON_V1\n", responder
            );
        case JsonList::v2: return decode_json(std::move(body), responder);
    }
}

// The most that may come out is reserved before, and given back as soon as the size is known.
Expected<void> HttpSpanReceiver::inflate(HttpRequest& request, std::string& body) const {
    const std::size_t compressed_bytes = request.reservation.bytes();
    if (!request.reservation.grow(options_.inflated_bytes_max)) {
        return Error{Code::overloaded, "too many bytes in flight, try again later"};
    }
    Expected<void> inflated = wire::gunzip(
        request.body, options_.inflated_bytes_max, HttpRequest::kBodyPaddingBytes, body
    );
    request.reservation.shrink_to(compressed_bytes + body.size());
    if (inflated && body.empty()) return Error{Code::malformed, "the body inflates to nothing"};
    return inflated;
}

void HttpSpanReceiver::refuse(int status, std::string_view text, const HttpResponder& responder) {
    metrics_.messages_dropped.add();
    responder.send(
        status == 503 ? transport::overloaded_response(503, text, options_.retry_after_seconds)
                      : transport::text_response(status, text)
    );
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
        return refuse(400, "Expected a PROTO3 encoded list\n", responder);
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
    if (!decoded) {
        const Error& error = decoded.error();
        return refuse(error.code == Code::limit_exceeded ? 413 : 400, error.message, responder);
    }
    collector_.accept(
        spans.finish(),
        metrics_,
        Refusal::told,
        [this, responder](const Expected<void>& stored) {
            HttpResponse response;
            response.status = 202;
            responder.send(stored ? std::move(response) : answer_to(stored.error()));
        }
    );
}

HttpResponse HttpSpanReceiver::answer_to(const Error& error) const {
    switch (error.code) {
        case Code::overloaded:
        case Code::unavailable:
            return transport::overloaded_response(503, error.message, options_.retry_after_seconds);
        case Code::limit_exceeded: return transport::text_response(413, error.message);
        default: return transport::text_response(500, error.message);
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
