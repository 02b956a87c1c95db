// SPDX-License-Identifier: Apache-2.0
#include "clew/model/testing/sample_spans.h"

#include <string>

#include "clew/model/span_builder.h"
#include "clew/model/testing/span_text.h"

namespace clew::model::testing {

SpanBatch sample_trace(TraceId trace_id, std::int64_t us) {
    const std::string trace = "trace=" + trace_id.to_hex() + " ";
    const auto at = [&](std::int64_t ms) { return " at=" + std::to_string(us + ms * 1000) + " "; };
    return spans(
        trace + "id=1 kind=SERVER name=\"get /\" for=350000 local=frontend@192.168.0.1:8080" +
        at(0) + "tag:http.method=GET tag:http.path=/\n" + trace +
        "id=2 parent=1 kind=CLIENT name=\"get /api\" for=200000" + at(50) +
        "local=frontend@192.168.0.1:8080 remote=backend@192.168.0.2:9000 tag:http.path=/api\n" +
        trace + "id=2 parent=1 kind=SERVER name=\"get /api\" for=150000 shared" + at(100) +
        "local=backend@192.168.0.2:9000 note:" + std::to_string(us + 110'000) + "=\"asks db\"\n" +
        trace + "id=3 parent=2 kind=CLIENT name=select for=50000" + at(150) +
        "local=backend@192.168.0.2:9000 remote=db@[2001:db8::c001]:3306 tag:error=\"\"\n"
    );
}

SpanBatch server_span(TraceId trace_id, std::int64_t us, std::string_view service) {
    return spans(
        "trace=" + trace_id.to_hex() + " id=1 kind=SERVER name=get for=1000 at=" +
        std::to_string(us) + " local=" + std::string(service)
    );
}

SpanBatch slice(const SpanBatch& batch, std::size_t begin, std::size_t end) {
    SpanBuilder builder;
    for (std::size_t i = begin; i < end; ++i) builder.append(batch[i]);
    return builder.finish();
}

SpanBatch joined(std::span<const SpanBatch* const> batches) {
    SpanBuilder builder;
    for (const SpanBatch* batch : batches) {
        for (const Span& span : *batch) builder.append(span);
    }
    return builder.finish();
}

}  // namespace clew::model::testing
