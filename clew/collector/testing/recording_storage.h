// SPDX-License-Identifier: Apache-2.0
#pragma once

// A storage for tests of receivers: keeps the batches it is given, answers what it is told to, and
// may keep its answer back.
//
// Threads: accept() from anywhere; the rest when nobody calls it.

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
    bool keeps_answers_back = false;
};

}  // namespace clew::collector::testing
