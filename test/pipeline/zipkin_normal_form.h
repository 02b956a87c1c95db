// SPDX-License-Identifier: Apache-2.0
#pragma once

// A second opinion on what a span looks like after Zipkin's model has put it in order: written
// against nlohmann's JSON values and used by tests only, so that our decoder, store and encoder are
// not compared with themselves.
//
// Threads: pure functions.

#include <nlohmann/json.hpp>

namespace clew::testing {

// One span of Zipkin's v2 JSON. Requires: it is valid.
nlohmann::json zipkin_normal_form(const nlohmann::json& span);

}  // namespace clew::testing
