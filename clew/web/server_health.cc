// SPDX-License-Identifier: Apache-2.0
#include "clew/web/server_health.h"

#include <algorithm>
#include <utility>

#include "clew/base/json_text.h"

namespace clew::web {

namespace {

using Level = ComponentState::Level;

bool all_up(const std::vector<ComponentState>& states) {
    return std::ranges::none_of(states, [](const ComponentState& state) {
        return state.level == Level::down;
    });
}

std::string status_json(bool is_up) { return is_up ? "\"UP\"" : "\"DOWN\""; }

// A component that is not ready is up for Zipkin's readers, with the reason beside it.
std::string component_json(const std::string& name, const ComponentState& state) {
    std::string json = "      ";
    append_json_string(name, json);
    json += " : {\n        \"status\" : " + status_json(state.level != Level::down);
    if (state.level != Level::up) {
        json += ",\n        \"details\" : {\n          ";
        json += state.level == Level::down ? "\"error\" : " : "\"not_ready\" : ";
        append_json_string(state.reason, json);
        json += "\n        }";
    }
    return json + "\n      }";
}

}  // namespace

void ServerHealth::add_component(std::string name, Read read) {
    components_.push_back({std::move(name), std::move(read)});
}

void ServerHealth::add_condition(Read read) { components_.push_back({{}, std::move(read)}); }

std::vector<ComponentState> ServerHealth::states() const {
    const std::lock_guard lock(mutex_);
    const Microseconds now = clock_.steady_now();
    if (states_.size() != components_.size() || now - read_at_ >= kMaxAge) {
        states_.clear();
        for (const Component& component : components_) states_.push_back(component.read());
        read_at_ = now;
    }
    return states_;
}

bool ServerHealth::is_up() const { return all_up(states()); }

std::string ServerHealth::health_json() const {
    const std::vector<ComponentState> now = states();
    const std::string status = status_json(all_up(now));
    std::string json = "{\n  \"status\" : " + status +
                       ",\n  \"zipkin\" : {\n    \"status\" : " + status +
                       ",\n    \"details\" : {\n";
    bool is_first = true;
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (components_[i].name.empty()) continue;
        if (!is_first) json += ",\n";
        is_first = false;
        json += component_json(components_[i].name, now[i]);
    }
    return json + "\n    }\n  }\n}";
}

std::string ServerHealth::not_ready_reason() const {
    std::string reasons = is_shutting_down_ ? "shutting down" : "";
    const std::vector<ComponentState> now = states();
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (now[i].level == Level::up) continue;
        if (!reasons.empty()) reasons += "; ";
        if (!components_[i].name.empty()) reasons += components_[i].name + ": ";
        reasons += now[i].reason;
    }
    return reasons;
}

}  // namespace clew::web
