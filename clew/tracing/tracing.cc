// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/tracing.h"

#include <array>
#include <utility>

#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"
#include "clew/propagation/b3_multi.h"
#include "clew/propagation/b3_single.h"
#include "clew/propagation/composite.h"
#include "clew/tracing/environment.h"
#include "clew/transport/http/http_sender.h"
#include "clew/transport/scribe/scribe_sender.h"

namespace clew::tracing {
namespace {

using propagation::B3Multi;
using propagation::B3Single;
using propagation::Composite;
using propagation::Propagation;

// Reads both forms of B3, writes one.
class B3Propagation final : public Propagation {
public:
    explicit B3Propagation(PropagationFormat written)
        : composite_(
              std::array<const Propagation*, 2>{&single_, &multi_},
              std::array<const Propagation*, 1>{in_format(written)}
          ) {}

    propagation::Extracted extract(const propagation::HeaderReader& headers
    ) const noexcept override {
        return composite_.extract(headers);
    }
    bool inject(const propagation::TraceContext& context, const propagation::HeaderWriter& headers)
        const noexcept override {
        return composite_.inject(context, headers);
    }

private:
    const Propagation* in_format(PropagationFormat format) const {
        if (format == PropagationFormat::b3_single) return &single_;
        return &multi_;
    }

    B3Single single_;
    B3Multi multi_;
    Composite composite_;
};

std::unique_ptr<transport::Sender> make_sender(const CollectorAddress& collector, bool gzip) {
    if (collector.protocol == CollectorAddress::Protocol::scribe) {
        transport::ScribeSenderOptions options;
        options.peer = collector.peer;
        return std::make_unique<transport::ScribeSender>(std::move(options));
    }
    transport::HttpSenderOptions options;
    options.peer = collector.peer;
    options.path = collector.path;
    options.gzip = gzip;
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
    return reporter::AsyncReporter::create(
        {tracer.finished_spans(),
         [protocol = collector.protocol] { return make_encoder(protocol); },
         [collector, gzip = options.gzip] { return make_sender(collector, gzip); }},
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
    return std::unique_ptr<Tracing>(new Tracing(
        *std::move(tracer),
        std::make_unique<B3Propagation>(checked->propagation),
        *std::move(reporter)
    ));
}

Tracing::Tracing(
    tracer::Tracer tracer,
    std::unique_ptr<propagation::Propagation> propagation,
    std::unique_ptr<reporter::AsyncReporter> reporter
)
    : tracer_(std::move(tracer)),
      propagation_(std::move(propagation)),
      reporter_(std::move(reporter)) {}

Tracing::~Tracing() = default;

propagation::TraceContext Tracing::extract(const propagation::HeaderReader& headers
) const noexcept {
    return propagation_->extract(headers).context;
}

bool Tracing::inject(
    const propagation::TraceContext& context, const propagation::HeaderWriter& headers
) const noexcept {
    return propagation_->inject(context, headers);
}

}  // namespace clew::tracing
