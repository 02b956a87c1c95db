// SPDX-License-Identifier: Apache-2.0
#pragma once

// One trace as a storage gives it back: raw spans in the order of arrival, client and server halves
// apart, nothing merged or repaired (that is trace/'s business). Keeps the batches alive that the
// spans live in, so it may outlast eviction.
//
// Threads: a value over immutable data.

#include <memory>
#include <vector>

#include "clew/model/span.h"

namespace clew::storage {

struct StoredTrace {
    std::vector<model::Span> spans;
    std::vector<std::shared_ptr<const model::SpanBatch>> batches;
};

}  // namespace clew::storage
