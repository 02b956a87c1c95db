// SPDX-License-Identifier: Apache-2.0
#pragma once

// The values of the C face as C++ knows them, and back; and what a clew_tracer is. For the files
// that implement the face.
//
// Threads: pure functions.

#include <atomic>
#include <memory>
#include <string_view>

#include "clew/propagation/trace_context.h"
#include "clew/tracing/c.h"
#include "clew/tracing/tracing.h"

// Never freed, because other threads may be in a call with it while it is destroyed, or call later.
struct clew_tracer {
    std::unique_ptr<clew::tracing::Tracing> tracing;
    std::atomic<bool> is_destroyed{false};
    clew_tracer* next = nullptr;  // of the destroyed ones, so that leak checkers see them
};

namespace clew::tracing::internal {

inline std::string_view view(clew_text text) noexcept {
    if (text.text == nullptr) return {};
    return {text.text, text.size};
}

inline clew_text text_of(std::string_view text) noexcept { return {text.data(), text.size()}; }

// Null is an empty context.
propagation::TraceContext from_c(const clew_context* context) noexcept;
clew_context to_c(const propagation::TraceContext& context) noexcept;

}  // namespace clew::tracing::internal
