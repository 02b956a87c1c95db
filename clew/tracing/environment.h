// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where a traced application's environment is read. Fills what a program has left
// unset; the names stand beside the options in tracing_options.h.
//
// Threads: reads the environment, so not while another thread changes it.

#include <functional>
#include <optional>
#include <string>

#include "clew/base/expected.h"
#include "clew/tracing/tracing_options.h"

namespace clew::tracing {

// The value of a variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

Environment own_environment();

// `options` with what is unset taken from the environment; an empty variable counts as unset.
// Errors: invalid_argument, one sentence that names the variable and what it may be.
Expected<TracingOptions> with_environment(TracingOptions options, const Environment& environment);

}  // namespace clew::tracing
