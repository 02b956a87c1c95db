// SPDX-License-Identifier: Apache-2.0
#include "clew/sampler/internal/rate_text.h"

#include <charconv>
#include <string>

namespace clew::sampler::internal {

namespace {

// The shortest text that means this number, with a fraction even when it has none: "2.0".
std::string rate_text(float rate) {
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, rate).ptr;
    std::string out(text, end);
    if (out.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
    return out;
}

}  // namespace

Error wrong_rate(float rate) {
    return {Code::invalid_argument, "rate should be between 0 and 1: was " + rate_text(rate)};
}

}  // namespace clew::sampler::internal
