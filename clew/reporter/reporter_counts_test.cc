// SPDX-License-Identifier: Apache-2.0
// Goal: reasons have names and the sum leaves none out.
// Method: every reason by its number.
#include "clew/reporter/reporter_counts.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace clew::reporter {
namespace {

TEST(ReporterCounts, names_every_reason_differently) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < kDropReasons; ++i) {
        names.insert(drop_reason_name(static_cast<DropReason>(i)));
    }
    EXPECT_EQ(names.size(), kDropReasons);
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_STREQ(drop_reason_name(static_cast<DropReason>(kDropReasons)), "unknown");
}

TEST(ReporterCounts, sums_the_tracers_reasons_and_its_own) {
    ReporterCounts counts;
    counts.dropped.fill(1);
    counts.tracer.dropped.fill(10);
    EXPECT_EQ(counts.dropped_total(), kDropReasons + 10 * tracer::kDropReasons);
}

}  // namespace
}  // namespace clew::reporter
