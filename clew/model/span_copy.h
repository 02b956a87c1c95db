// SPDX-License-Identifier: Apache-2.0
#pragma once

// Moves spans into a batch of their own, which holds just the memory they need: for whoever keeps
// some spans of a received batch longer than the others, or keeps spans of several batches as one.
//
// Threads: pure functions.

#include <span>

#include "clew/model/span_batch.h"
#include "clew/model/span_builder.h"

namespace clew::model {

// What a copy of the spans takes.
BatchSize size_of(std::span<const Span> spans) noexcept;

// The spans in their order, texts and all, with one allocation per kind of thing and none per span.
SpanBatch copy_spans(std::span<const Span> spans);

}  // namespace clew::model
