// SPDX-License-Identifier: Apache-2.0
#pragma once

// What can be picked from: services, what each recorded and called, values of chosen tags; and for
// each service its traces by time. Everything is counted, so that a name goes with the last span
// that carried it.
//
// Threads: one writer or many readers; the owner locks.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clew/model/span.h"
#include "clew/storage/memory/internal/time_index.h"

namespace clew::storage {

// Names and the number of spans that carry each, in byte order.
class NameCounts {
public:
    // Return by how much the memory held grows or shrinks.
    std::size_t add(std::string_view name);
    std::size_t remove(std::string_view name);

    std::vector<std::string> names() const;

private:
    std::map<std::string, std::uint64_t, std::less<>> counts_;
};

class ServiceEntry {
public:
    NameCounts span_names;
    NameCounts remote_services;
    TimeIndex traces;
    std::uint64_t span_count = 0;
};

class NameIndex {
public:
    explicit NameIndex(const std::vector<std::string>& autocomplete_keys);

    // Null: no span of the service is here.
    const ServiceEntry* find(std::string_view service) const;

    // Counts a span in. Returns its service, null when it has none. Valid until: remove() of the
    // service's last span.
    ServiceEntry* add(const model::Span& span);
    // Requires: add() of an equal span before.
    void remove(const model::Span& span);

    // Forgets every name; the keys stay.
    void clear() noexcept;

    std::vector<std::string> service_names() const;
    // Sorted; empty for a key that is not configured.
    std::vector<std::string> autocomplete_values(std::string_view key) const;
    std::vector<std::string> autocomplete_keys() const;

    // Memory of names and counts, without the traces of services.
    std::size_t bytes() const noexcept { return bytes_; }

private:
    std::map<std::string, ServiceEntry, std::less<>> services_;
    std::map<std::string, NameCounts, std::less<>> autocomplete_;
    std::size_t bytes_ = 0;
};

}  // namespace clew::storage
