// SPDX-License-Identifier: Apache-2.0
#pragma once

// Applies the rules of Zipkin's span model while a decoder of one of Zipkin's formats (JSON,
// proto3, thrift) fills a batch: names in lower case, empty and zero values absent, annotations in
// order without duplicates, tags sorted with the last value of a key kept, no self-parent, no
// shared client. So two spans that Zipkin would call equal are equal here, whatever format they
// came in.
//
//     ZipkinSpanBuilder spans(builder);
//     spans.start();
//     spans.set_trace_id(text) ...           sticky: the first violation is kept
//     Expected<void> done = spans.finish();  on an error the span is gone from the builder
//
// Error texts are Zipkin's own. Threads: one at a time.

#include <cstdint>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/model/span_builder.h"

namespace clew::model {

class ZipkinSpanBuilder {
public:
    // Requires: builder outlives this.
    explicit ZipkinSpanBuilder(SpanBuilder& builder) : builder_(builder) {}

    void start();

    // Ids as lower-hex text, with Zipkin's limits and messages.
    void set_trace_id(std::string_view text);
    void set_id(std::string_view text);
    void set_parent_id(std::string_view text);
    // Ids as numbers.
    void set_trace_id(TraceId id);
    void set_id(SpanId id);
    void set_parent_id(SpanId id) { builder_.row().parent_id = id; }

    void set_kind(Kind kind) { builder_.row().kind = kind; }
    void set_name(std::string_view name) { builder_.row().name = name; }
    // Microseconds; negative is absent.
    void set_timestamp(std::int64_t us) { builder_.row().timestamp = {us > 0 ? us : 0, 0}; }
    void set_duration(std::int64_t us) { builder_.row().duration = {us > 0 ? us : 0, 0}; }
    void set_debug(bool debug) { builder_.row().debug = debug; }
    void set_shared(bool shared) { builder_.row().shared = shared; }
    // An endpoint with nothing in it is absent. A second one replaces the first.
    void set_local_endpoint(const Endpoint& endpoint);
    void set_remote_endpoint(const Endpoint& endpoint);
    void add_tag(std::string_view key, std::string_view value) {
        builder_.add_tag(key, Value(value));
    }
    void add_annotation(std::int64_t us, std::string_view value) {
        builder_.add_annotation({us, 0}, value);
    }

    // Puts the span in its normal form. On an error the span is dropped from the builder. One whose
    // id is zeros, but not all sixteen, is left out and counted: Zipkin takes it, and refuses what
    // it then answers itself.
    Expected<void> finish();

    // The batch that is being filled, for copies of texts.
    SpanBuilder& builder() noexcept { return builder_; }

private:
    void fail(Error error);
    std::string_view lower_cased(std::string_view text);
    void sort_annotations();
    void sort_tags();

    SpanBuilder& builder_;
    bool has_trace_id_ = false;
    bool has_id_ = false;
    bool failed_ = false;
    Error error_;
};

}  // namespace clew::model
