// SPDX-License-Identifier: Apache-2.0
#include "clew/app/descriptors.h"

#include <algorithm>

#include <sys/resource.h>

namespace clew::app {

std::uint64_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

ConnectionLimits fit_connections(ConnectionLimits wanted, std::uint64_t descriptors) noexcept {
    const std::uint64_t own = std::min(kOwnDescriptors, descriptors / 4 * 3);
    const std::uint64_t free = descriptors - own;
    const std::uint64_t all = wanted.http + wanted.scribe;
    if (all <= free) return wanted;
    const auto share = [&](std::uint64_t part) {
        const double exact = static_cast<double>(part) / static_cast<double>(all);
        const auto fitting = static_cast<std::uint64_t>(exact * static_cast<double>(free));
        return std::min(part, std::max<std::uint64_t>(fitting, 1));
    };
    return {share(wanted.http), share(wanted.scribe)};
}

}  // namespace clew::app
