// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/internal/base64_kernel.h"

// The one place of this module that knows the processor, chosen at run time.
#if defined(__x86_64__)
#include <immintrin.h>

namespace clew::wire {

namespace {

using Table = std::array<char, 16>;

// A character is valid when the bit of its row (upper half of the byte) is not among the bits that
// its column (lower half) forbids. Rows with the same valid columns share a bit.
constexpr int kRowBit[16] = {4, 4, 0, 1, 2, 3, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4};

constexpr Table row_bits() {
    Table table{};
    for (std::size_t row = 0; row < 16; ++row) table[row] = static_cast<char>(1 << kRowBit[row]);
    return table;
}

constexpr Table forbidden_bits() {
    Table table{};
    for (std::size_t column = 0; column < 16; ++column) {
        int forbidden = 1 << 4;  // rows without a single valid character
        for (std::size_t row = 2; row < 8; ++row) {
            const char c = static_cast<char>(row << 4 | column);
            if (kBase64Alphabet.find(c) == std::string_view::npos) forbidden |= 1 << kRowBit[row];
        }
        table[column] = static_cast<char>(forbidden);
    }
    return table;
}

// What to add to a character to get its value, by row. '/' shares its row with '+' and takes the
// place of row 1, which has no valid character.
constexpr Table distances() {
    Table table{};
    table[1] = 63 - '/';
    table[2] = 62 - '+';
    table[3] = 52 - '0';
    table[4] = table[5] = 0 - 'A';
    table[6] = table[7] = 26 - 'a';
    return table;
}

constexpr Table kRowBits = row_bits();
constexpr Table kForbiddenBits = forbidden_bits();
constexpr Table kDistances = distances();

// Four 6-bit values lie in each 32-bit lane, first one lowest; their 24 bits come out as three
// bytes, first one first.
constexpr Table kThreeOfFour = {2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1};

__attribute__((target("avx2"))) inline __m256i broadcast(const Table& table) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data()
    )));
}

struct Decoded {
    __m256i bytes;  // 12 in the lower bytes of each half
    int invalid;    // not zero: some character is outside the alphabet
};

__attribute__((target("avx2"))) inline Decoded decode32(__m256i text) {
    const __m256i low_half = _mm256_set1_epi8(0x0f);
    const __m256i row = _mm256_and_si256(_mm256_srli_epi16(text, 4), low_half);
    const __m256i column = _mm256_and_si256(text, low_half);
    const __m256i forbidden = _mm256_and_si256(
        _mm256_shuffle_epi8(broadcast(kRowBits), row),
        _mm256_shuffle_epi8(broadcast(kForbiddenBits), column)
    );
    const __m256i slash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/'));
    const __m256i distance =
        _mm256_shuffle_epi8(broadcast(kDistances), _mm256_add_epi8(row, slash));
    const __m256i values = _mm256_add_epi8(text, distance);
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    return {
        _mm256_shuffle_epi8(groups, broadcast(kThreeOfFour)),
        1 - _mm256_testz_si256(forbidden, forbidden)};
}

// A store writes 32 bytes of which 24 count; the text left must be long enough to own them all.
constexpr std::size_t kTextForStore32 = 44;

__attribute__((target("avx2"))) std::size_t decode_blocks(std::string_view text, char* out) {
    const __m256i join_halves = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
    std::size_t at = 0;
    for (; text.size() - at >= kTextForStore32; at += 32) {
        const Decoded decoded =
            decode32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at)));
        if (decoded.invalid != 0) break;
        _mm256_storeu_si256(
            reinterpret_cast<__m256i*>(out), _mm256_permutevar8x32_epi32(decoded.bytes, join_halves)
        );
        out += 24;
    }
    return at;
}

}  // namespace

bool has_base64_avx2() noexcept { return __builtin_cpu_supports("avx2") != 0; }

std::size_t decode_groups_by_avx2(std::string_view text, char* out) {
    const std::size_t used = decode_blocks(text, out);
    return used + decode_groups_by_table(text.substr(used), out + used / 4 * 3);
}

}  // namespace clew::wire

#else

namespace clew::wire {

bool has_base64_avx2() noexcept { return false; }

std::size_t decode_groups_by_avx2(std::string_view text, char* out) {
    return decode_groups_by_table(text, out);
}

}  // namespace clew::wire
#endif
