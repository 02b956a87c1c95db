// SPDX-License-Identifier: Apache-2.0
#include "clew/web/shared_answers.h"

#include <algorithm>
#include <new>
#include <utility>

#include "clew/web/api_error.h"
#include "clew/web/json_answers.h"

namespace clew::web {

namespace {

using transport::HttpResponder;

Expected<std::string> computed_or_refused(
    const SharedAnswers::Compute& compute, const QueryContext& context
) {
    try {
        return compute(context);
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    }
}

}  // namespace

void SharedAnswers::answer(
    const std::string& key, const HttpResponder& responder, Compute compute
) {
    if (const std::shared_ptr<const std::string> json = kept(key)) {
        return responder.send(json_response(*json));
    }
    const std::uint64_t number = wait(key, responder, std::move(compute));
    if (number == 0) return responder.send(error_response(too_busy()));
    responder.when_disconnected([this, key, number] { leave(key, number); });
}

std::shared_ptr<const std::string> SharedAnswers::kept(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(key);
    if (found == kept_.end() || clock_.steady_now() >= found->second.until) return nullptr;
    return found->second.json;
}

std::uint64_t SharedAnswers::wait(
    const std::string& key, const HttpResponder& responder, Compute compute
) {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(key);
    std::shared_ptr<Running> running = found == running_.end() ? nullptr : found->second;
    if (!running) {
        running = std::make_shared<Running>();
        running->context = pool_.make_context();
        const bool is_waiting = pool_.submit(
            QueryLane::scan,
            running->context,
            [this, key, its_own = running, compute = std::move(compute)](
                const Expected<void>& may_begin, const QueryContext& context
            ) {
                if (!may_begin) return finish(key, its_own, may_begin.error());
                computed_.add();
                finish(key, its_own, computed_or_refused(compute, context));
            }
        );
        if (!is_waiting) return 0;
        // Last: where memory ran out before, nobody joins what nobody computes.
        running_.emplace(key, running);
    }
    running->waiters.push_back({++last_number_, responder});
    return last_number_;
}

void SharedAnswers::leave(const std::string& key, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(key);
    if (found == running_.end()) return;
    std::vector<Waiter>& waiters = found->second->waiters;
    if (std::erase_if(waiters, [number](const Waiter& one) { return one.number == number; }) == 0) {
        return;
    }
    if (!waiters.empty()) return;
    pool_.cancel(found->second->context);
    running_.erase(found);
}

void SharedAnswers::finish(
    const std::string& key,
    const std::shared_ptr<Running>& running,
    const Expected<std::string>& answer
) {
    std::vector<Waiter> waiters;
    {
        const std::lock_guard lock(mutex_);
        waiters.swap(running->waiters);
        const auto found = running_.find(key);
        if (found != running_.end() && found->second == running) running_.erase(found);
        if (answer) keep(key, std::make_shared<const std::string>(*answer));
    }
    for (const Waiter& waiter : waiters) {
        send_or_refuse(waiter.responder, [&]() -> Expected<transport::HttpResponse> {
            if (!answer) return answer.error();
            return json_response(*answer);
        });
    }
}

void SharedAnswers::keep(const std::string& key, std::shared_ptr<const std::string> json) {
    const Microseconds now = clock_.steady_now();
    std::erase_if(kept_, [now](const auto& one) { return now >= one.second.until; });
    if (kept_.size() >= kKeptMax) {
        kept_.erase(std::ranges::min_element(kept_, {}, [](const auto& one) {
            return one.second.until;
        }));
    }
    kept_[key] = {std::move(json), now + kKept};
}

}  // namespace clew::web
