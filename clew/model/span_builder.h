// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fills a SpanBatch, row by row. Decoders and tests write through it; for Zipkin's formats, whose
// model has rules of its own, through ZipkinSpanBuilder (zipkin_span_builder.h), which sits on top.
//
//     SpanBuilder builder;
//     builder.start_span().trace_id = id;
//     builder.add_tag("http.path", Value("/thumb"));
//     SpanBatch batch = builder.finish();
//
// Texts are stored as given: they must lie in memory that the batch owns (copy(), adopt()) or that
// outlives it (literals).
//
// Threads: one at a time.

#include <cstddef>
#include <string>
#include <string_view>

#include "clew/model/span_batch.h"

namespace clew::model {

// How many of each thing a batch has to hold.
struct BatchSize {
    std::size_t spans = 0;
    std::size_t tags = 0;
    std::size_t annotations = 0;
    std::size_t endpoints = 0;
    std::size_t links = 0;
    std::size_t origins = 0;
    std::size_t text_bytes = 0;
};

class SpanBuilder {
public:
    // Begins the next row; what is added from now on belongs to it. The reference is valid until
    // the next start_span().
    SpanRow& start_span();
    // Requires: a span was started.
    SpanRow& row();
    // Takes back the newest row with all that was added since it was started, e.g. when its
    // decoding failed. Requires: a span was started, and not dropped since.
    void drop_span();

    // Where the batch stands, for rollback().
    struct Mark {
        BatchSize size;
        LeftOut left_out;
    };
    Mark mark() const noexcept;
    // Takes back everything since the mark but the bytes of texts, which go with the batch.
    void rollback(const Mark& mark);

    // Counts what a message held and the batch does not.
    LeftOut& left_out() noexcept { return batch_.left_out_; }

    // A second one replaces the first.
    void set_local_endpoint(const Endpoint& endpoint);
    void set_remote_endpoint(const Endpoint& endpoint);
    void add_tag(std::string_view key, Value value);
    void add_annotation(Time time, std::string_view value);
    void add_link(const Link& link);
    // Attributes of the newest annotation or link; to be added right after it.
    void add_annotation_tag(std::string_view key, Value value);
    void add_link_tag(std::string_view key, Value value);

    // Registers a resource or scope; set its number as SpanRow::resource or ::scope.
    std::uint32_t add_origin(const Origin& origin, std::span<const Tag> tags);

    // Copies a whole span of another batch; texts are copied too.
    void append(const Span& span);

    std::string_view copy(std::string_view text) { return batch_.arena_.copy(text); }
    std::string_view adopt(std::string&& buffer) { return batch_.arena_.adopt(std::move(buffer)); }
    Arena& arena() noexcept { return batch_.arena_; }

    // Tags and annotations of the newest span, to be put in order in place.
    std::span<Tag> tags() noexcept;
    std::span<Annotation> annotations() noexcept;
    // Requires: count <= what the newest span has. Forgets the ones beyond.
    void keep_tags(std::size_t count);
    void keep_annotations(std::size_t count);
    // Endpoints of the newest span, null when absent.
    Endpoint* local_endpoint() noexcept;
    Endpoint* remote_endpoint() noexcept;

    // Makes room for the spans of a body of this many bytes, so that decoding a large body needs
    // no more allocations than decoding a small one.
    void reserve_for_body(std::size_t body_bytes);

    // Makes room for exactly this much. Requires: nothing was added yet.
    void reserve(const BatchSize& size);

    std::size_t size() const noexcept { return batch_.rows_.size(); }

    // The batch; the builder is empty again.
    SpanBatch finish();

private:
    Value copy_value(const Span& from, const Value& value);
    Range copy_tags(const Span& from, std::span<const Tag> tags);
    std::uint32_t copy_origin(const Span& from, const Origin* origin);
    void set_endpoint(std::uint32_t& index, const Endpoint& endpoint);

    SpanBatch batch_;
    // Where the newest span's endpoints and origins begin; its row knows the rest.
    std::uint32_t endpoints_begin_ = 0;
    std::uint32_t origins_begin_ = 0;
};

}  // namespace clew::model
