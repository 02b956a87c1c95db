// SPDX-License-Identifier: Apache-2.0
#pragma once

// Hashes for tables whose keys strangers choose: ids, names, whole spans. Each process draws a
// secret of its own, so nobody can send keys that all fall into one place and make a table slow.
// Values mean nothing outside the process: never write them down.
//
// Threads: pure functions but for the secret, which is drawn once.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew {

std::uint64_t secret_hash(std::uint64_t value) noexcept;
std::uint64_t secret_hash(std::string_view text) noexcept;

// A hash over several values in turn.
class SecretHasher {
public:
    SecretHasher() noexcept;

    void add(std::uint64_t value) noexcept;
    void add(std::string_view text) noexcept;

    std::uint64_t result() const noexcept;

private:
    std::uint64_t state_;
};

// For unordered containers.
struct SecretHash {
    std::size_t operator()(std::uint64_t value) const noexcept { return secret_hash(value); }
    std::size_t operator()(std::string_view text) const noexcept { return secret_hash(text); }
};

}  // namespace clew
