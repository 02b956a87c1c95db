// SPDX-License-Identifier: Apache-2.0
#include "clew/base/secret_hash.h"

#include <cstring>
#include <random>

namespace clew {

namespace {

std::uint64_t drawn() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

struct Secret {
    std::uint64_t seed = drawn();
    std::uint64_t first = drawn();
    std::uint64_t second = drawn() | 1;
};

const Secret& secret() noexcept {
    static const Secret of_program;
    return of_program;
}

// Both halves of the product, so that every bit of both factors counts.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t mixed(const Secret& key, std::uint64_t state, std::uint64_t value) noexcept {
    return fold(value ^ key.first, state ^ key.second);
}

}  // namespace

SecretHasher::SecretHasher() noexcept : state_(secret().seed) {}

void SecretHasher::add(std::uint64_t value) noexcept { state_ = mixed(secret(), state_, value); }

void SecretHasher::add(std::string_view text) noexcept {
    const Secret& key = secret();
    std::uint64_t state = mixed(key, state_, text.size());
    const char* next = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, next += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, next, 8);
        state = mixed(key, state, word);
    }
    if (left > 0) {
        std::uint64_t word = 0;
        std::memcpy(&word, next, left);
        state = mixed(key, state, word);
    }
    state_ = state;
}

std::uint64_t SecretHasher::result() const noexcept {
    // A product spreads low bits poorly, and tables look at those: MurmurHash3's finalizer.
    std::uint64_t hash = state_;
    hash = (hash ^ hash >> 33) * 0xff51'afd7'ed55'8ccdULL;
    hash = (hash ^ hash >> 33) * 0xc4ce'b9fe'1a85'ec53ULL;
    return hash ^ hash >> 33;
}

std::uint64_t secret_hash(std::uint64_t value) noexcept {
    SecretHasher hasher;
    hasher.add(value);
    return hasher.result();
}

std::uint64_t secret_hash(std::string_view text) noexcept {
    SecretHasher hasher;
    hasher.add(text);
    return hasher.result();
}

}  // namespace clew
