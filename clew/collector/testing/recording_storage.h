// SPDX-License-Identifier: Apache-2.0
#pragma once

// A storage for tests of receivers: keeps the batches it is given, answers what it is told to, and
// may keep its answer back.
//
// Threads: accept() from anywhere; the rest when nobody calls it.

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "clew/storage/span_consumer.h"

namespace clew::collector::testing {

struct RecordingStorage final : storage::SpanConsumer {
    void accept(model::SpanBatch batch, storage::AcceptDone done) override {
        {
            const std::lock_guard lock(mutex);
            batches.push_back(std::move(batch));
            if (keeps_answers_back) {
                kept_back.push_back(std::move(done));
                return;
            }
        }
        done(answer);
    }

    Expected<void> check_fits(const model::SpanBatch& batch) const override {
        const bool is_refused = std::any_of(batch.begin(), batch.end(), [this](const auto& span) {
            return refused_trace != 0 && span.trace_id().low == refused_trace;
        });
        if (is_refused || batch.size() > spans_max)
            return Error{Code::limit_exceeded, "never fits"};
        return {};
    }
    std::size_t batch_spans_max() const override { return spans_max; }

    std::size_t span_count() {
        const std::lock_guard lock(mutex);
        std::size_t count = 0;
        for (const model::SpanBatch& batch : batches) count += batch.size();
        return count;
    }

    std::size_t waiting_count() {
        const std::lock_guard lock(mutex);
        return kept_back.size();
    }

    // Gives the answers that were kept back.
    void answer_all() {
        std::vector<storage::AcceptDone> waiting;
        {
            const std::lock_guard lock(mutex);
            waiting.swap(kept_back);
        }
        for (const storage::AcceptDone& done : waiting) done(answer);
    }

    std::mutex mutex;
    std::vector<model::SpanBatch> batches;
    std::vector<storage::AcceptDone> kept_back;
    Expected<void> answer;
    std::size_t spans_max = 1'000'000;  // of a batch; accept() takes more all the same
    std::uint64_t refused_trace = 0;    // never fits; 0: none
    bool keeps_answers_back = false;
};

}  // namespace clew::collector::testing
