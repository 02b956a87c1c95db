// SPDX-License-Identifier: Apache-2.0
#pragma once

// What samplers say about a rate that is none, in Zipkin's words: one text for every sampler that
// takes a share of traces.
//
// Threads: a plain function.

#include "clew/base/expected.h"

namespace clew::sampler::internal {

// invalid_argument, "rate should be between 0 and 1: was 1.1"
Error wrong_rate(float rate);

}  // namespace clew::sampler::internal
