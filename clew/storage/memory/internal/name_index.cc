// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/name_index.h"

#include "clew/base/assert.h"
#include "clew/storage/memory/internal/heap_bytes.h"

namespace clew::storage {

namespace {

template <typename Map>
std::vector<std::string> keys_of(const Map& map) {
    std::vector<std::string> keys;
    keys.reserve(map.size());
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
}

std::string text_of(const model::Value& value) {
    std::string text;
    value.append_text(text);
    return text;
}

std::size_t name_bytes(const std::string& name) noexcept {
    return tree_node_bytes<std::pair<const std::string, std::uint64_t>>() + heap_bytes(name);
}

std::size_t service_bytes(const std::string& name) noexcept {
    return tree_node_bytes<std::pair<const std::string, ServiceEntry>>() + heap_bytes(name);
}

}  // namespace

std::size_t NameCounts::add(std::string_view name) {
    const auto found = counts_.find(name);
    if (found != counts_.end()) {
        ++found->second;
        return 0;
    }
    return name_bytes(counts_.emplace(name, 1).first->first);
}

std::size_t NameCounts::remove(std::string_view name) {
    const auto found = counts_.find(name);
    CLEW_ASSERT(found != counts_.end());
    if (--found->second > 0) return 0;
    const std::size_t bytes = name_bytes(found->first);
    counts_.erase(found);
    return bytes;
}

std::vector<std::string> NameCounts::names() const { return keys_of(counts_); }

NameIndex::NameIndex(const std::vector<std::string>& autocomplete_keys) {
    for (const std::string& key : autocomplete_keys) autocomplete_[key];
}

const ServiceEntry* NameIndex::find(std::string_view service) const {
    const auto found = services_.find(service);
    return found == services_.end() ? nullptr : &found->second;
}

ServiceEntry* NameIndex::add(const model::Span& span) {
    for (auto& [key, values] : autocomplete_) {
        if (const model::Value* value = span.find_tag(key)) bytes_ += values.add(text_of(*value));
    }
    const std::string_view service = span.local_service_name();
    if (service.empty()) return nullptr;
    auto found = services_.find(service);
    if (found == services_.end()) {
        found = services_.try_emplace(std::string(service)).first;
        bytes_ += service_bytes(found->first);
    }
    ServiceEntry& entry = found->second;
    ++entry.span_count;
    if (!span.name().empty()) bytes_ += entry.span_names.add(span.name());
    if (const auto remote = span.remote_service_name(); !remote.empty()) {
        bytes_ += entry.remote_services.add(remote);
    }
    return &entry;
}

void NameIndex::remove(const model::Span& span) {
    for (auto& [key, values] : autocomplete_) {
        if (const model::Value* value = span.find_tag(key)) {
            bytes_ -= values.remove(text_of(*value));
        }
    }
    const std::string_view service = span.local_service_name();
    if (service.empty()) return;
    const auto found = services_.find(service);
    CLEW_ASSERT(found != services_.end());
    ServiceEntry& entry = found->second;
    if (!span.name().empty()) bytes_ -= entry.span_names.remove(span.name());
    if (const auto remote = span.remote_service_name(); !remote.empty()) {
        bytes_ -= entry.remote_services.remove(remote);
    }
    if (--entry.span_count > 0) return;
    CLEW_ASSERT(entry.traces.empty());
    bytes_ -= service_bytes(found->first);
    services_.erase(found);
}

void NameIndex::clear() noexcept {
    services_.clear();
    for (auto& [key, values] : autocomplete_) values = NameCounts();
    bytes_ = 0;
}

std::vector<std::string> NameIndex::service_names() const { return keys_of(services_); }

std::vector<std::string> NameIndex::autocomplete_values(std::string_view key) const {
    const auto found = autocomplete_.find(key);
    return found == autocomplete_.end() ? std::vector<std::string>() : found->second.names();
}

std::vector<std::string> NameIndex::autocomplete_keys() const { return keys_of(autocomplete_); }

}  // namespace clew::storage
