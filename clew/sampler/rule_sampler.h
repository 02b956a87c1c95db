// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asks another sampler according to the request that a trace begins with: health checks never,
// uploads always, the rest a hundredth. The first rule that fits decides; where none fits, or the
// trace begins without a request, the sampler for the rest does.
//
// Threads: immutable after construction; call from anywhere.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clew/sampler/sampler.h"

namespace clew::sampler {

struct Rule {
    std::string method;  // compared with ASCII case ignored; empty: every method
    std::string path;  // "/health", "/v1/*/x"; * is any text, also an empty one; empty: every path
    std::shared_ptr<const Sampler> sampler;
};

class RuleSampler final : public Sampler {
public:
    // Requires: no sampler is null.
    RuleSampler(std::vector<Rule> rules, std::shared_ptr<const Sampler> rest) noexcept;

    bool is_sampled(const model::TraceId& trace_id) const noexcept override;
    bool is_sampled(const model::TraceId& trace_id, const Request& request) const noexcept override;

private:
    std::vector<Rule> rules_;
    std::shared_ptr<const Sampler> rest_;
};

// Whether the whole path fits a pattern in which * stands for any text. Takes time in proportion
// to the product of their lengths at worst.
bool fits(std::string_view pattern, std::string_view path) noexcept;

}  // namespace clew::sampler
