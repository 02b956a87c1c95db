// SPDX-License-Identifier: Apache-2.0
#pragma once

// Recognises what kind of span list a JSON body is before it is decoded. The v2 decoder skips keys
// it does not know, so a list in Zipkin's first format would be "stored" with all its tags lost;
// the sender must hear that instead. Looks at keys where they mean something, so text inside tags
// decides nothing, and stops at the first key that only one format has: inside the first span,
// nearly always.
//
// Threads: a pure function.

#include <cstdint>
#include <string_view>

namespace clew::collector {

enum class JsonList : std::uint8_t {
    none,  // the first character that is no white space does not begin a list
    v1,    // a span has binaryAnnotations, or an annotation has an endpoint
    v2,    // everything else: what is wrong with it is for the decoder to say
};

JsonList recognise_json_list(std::string_view body) noexcept;

}  // namespace clew::collector
