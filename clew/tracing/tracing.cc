// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/tracing.h"

#include <utility>

#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"
#include "clew/tracing/environment.h"
#include "clew/transport/http/http_sender.h"
#include "clew/transport/scribe/scribe_sender.h"
#include "clew/transport/tls/tls_stream.h"

namespace clew::tracing {
namespace {

std::unique_ptr<transport::Sender> make_sender(
    const CollectorAddress& collector, bool gzip, const transport::MakeStream& make_stream
) {
    if (collector.protocol == CollectorAddress::Protocol::scribe) {
        transport::ScribeSenderOptions options;
        options.peer = collector.peer;
        return std::make_unique<transport::ScribeSender>(std::move(options));
    }
    transport::HttpSenderOptions options;
    options.peer = collector.peer;
    options.path = collector.path;
    options.gzip = gzip;
    options.make_stream = make_stream;
    return std::make_unique<transport::HttpSender>(std::move(options));
}

std::unique_ptr<codec::SpanEncoder> make_encoder(CollectorAddress::Protocol protocol) {
    if (protocol == CollectorAddress::Protocol::scribe) {
        return std::make_unique<codec::ThriftV1Encoder>();
    }
    return std::make_unique<codec::JsonV2Encoder>();
}

Expected<std::unique_ptr<reporter::AsyncReporter>> make_reporter(
    const tracer::Tracer& tracer, const FinalTracingOptions& options
) {
    const CollectorAddress collector = options.collector;
    transport::MakeStream make_stream;
    if (collector.is_tls) {
        make_stream = [tls = transport::TlsOptions{options.tls_ca_file}](
                          const transport::Interrupt& interrupt
                      ) { return std::make_unique<transport::TlsStream>(interrupt, tls); };
    }
    return reporter::AsyncReporter::create(
        {tracer.finished_spans(),
         [protocol = collector.protocol] { return make_encoder(protocol); },
         [collector, gzip = options.gzip, make_stream] {
             return make_sender(collector, gzip, make_stream);
         }},
        options.reporter
    );
}

}  // namespace

Expected<std::unique_ptr<Tracing>> Tracing::create(const TracingOptions& options) {
    TracingOptions wanted = options;
    if (options.read_environment) {
        Expected<TracingOptions> filled = with_environment(options, own_environment());
        if (!filled) return std::move(filled).error();
        wanted = *std::move(filled);
    }
    Expected<FinalTracingOptions> checked = finalize(wanted);
    if (!checked) return std::move(checked).error();
    Expected<tracer::Tracer> tracer = tracer::Tracer::create(checked->tracer);
    if (!tracer) return std::move(tracer).error();
    Expected<std::unique_ptr<reporter::AsyncReporter>> reporter = make_reporter(*tracer, *checked);
    if (!reporter) return std::move(reporter).error();
    return std::unique_ptr<Tracing>(new Tracing(*std::move(tracer), *checked, *std::move(reporter))
    );
}

Tracing::Tracing(
    tracer::Tracer tracer,
    const FinalTracingOptions& options,
    std::unique_ptr<reporter::AsyncReporter> reporter
)
    : tracer_(std::move(tracer)),
      propagation_(options.propagation),
      endpoint_(options.collector.to_text()),
      service_name_(options.tracer.service_name),
      reporter_(std::move(reporter)) {}

Tracing::~Tracing() = default;

void Tracing::retire() noexcept {
    reporter_->close();
    tracer_.close();
}

propagation::Extracted Tracing::extract(const propagation::HeaderReader& headers) const noexcept {
    propagation::Extracted extracted = propagation_.extract(headers);
    if (extracted.had_malformed) malformed_headers_.add_one();
    return extracted;
}

}  // namespace clew::tracing
