// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/base64.h"

#include "clew/wire/internal/base64_kernel.h"

namespace clew::wire {

namespace {

constexpr std::array<std::uint8_t, 256> values_of_alphabet() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNotBase64);
    for (std::size_t i = 0; i < kBase64Alphabet.size(); ++i) {
        values[static_cast<unsigned char>(kBase64Alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

std::uint8_t value_of(char c) noexcept { return kBase64Values[static_cast<unsigned char>(c)]; }

char low_byte(std::uint32_t bits) noexcept { return static_cast<char>(bits & 0xff); }

// A group that is interrupted, by a line break or by the end of the text.
class MimeDecoder {
public:
    MimeDecoder(std::string_view text, char* out, Base64Kernel kernel) noexcept
        : text_(text), begin_(out), out_(out), kernel_(kernel) {}

    Expected<std::size_t> decode();

private:
    void take_broken_group() noexcept;
    Expected<std::size_t> finish(std::size_t padding_at);
    static Error malformed(const char* reason) { return {Code::malformed, reason}; }

    std::string_view text_;  // not yet used
    char* begin_;
    char* out_;
    Base64Kernel kernel_;
    std::uint32_t bits_ = 0;  // of the group being read
    int count_ = 0;           // its characters so far
};

Expected<std::size_t> MimeDecoder::decode() {
    while (!text_.empty() && text_.front() != '=') {
        const std::size_t used = kernel_(text_, out_);
        out_ += used / 4 * 3;
        text_.remove_prefix(used);
        take_broken_group();
    }
    return finish(0);
}

// Uses up characters one by one until a group is whole, or the text or its padding begins.
void MimeDecoder::take_broken_group() noexcept {
    std::size_t at = 0;
    for (; at < text_.size() && text_[at] != '='; ++at) {
        const std::uint8_t value = value_of(text_[at]);
        if (value == kNotBase64) continue;
        bits_ = bits_ << 6 | value;
        if (++count_ < 4) continue;
        *out_++ = low_byte(bits_ >> 16);
        *out_++ = low_byte(bits_ >> 8);
        *out_++ = low_byte(bits_);
        bits_ = 0;
        count_ = 0;
        ++at;
        break;
    }
    text_.remove_prefix(at);
}

// What stands at the end: nothing, or padding and then bytes that mean nothing.
Expected<std::size_t> MimeDecoder::finish(std::size_t padding_at) {
    if (!text_.empty()) {
        padding_at = 1;
        if (count_ == 0) return malformed("base64: padding begins a group");
        if (count_ == 2 && (text_.size() < 2 || text_[padding_at++] != '=')) {
            return malformed("base64: one '=' where two belong");
        }
    }
    if (count_ == 1) return malformed("base64: the last group has one character");
    if (count_ >= 2) *out_++ = low_byte(bits_ >> (count_ == 2 ? 4 : 10));
    if (count_ == 3) *out_++ = low_byte(bits_ >> 2);
    text_.remove_prefix(padding_at);
    for (const char c : text_) {
        if (value_of(c) != kNotBase64) return malformed("base64: text goes on after its padding");
    }
    return static_cast<std::size_t>(out_ - begin_);
}

}  // namespace

constinit const std::array<std::uint8_t, 256> kBase64Values = values_of_alphabet();

std::size_t decode_groups_by_table(std::string_view text, char* out) {
    std::size_t at = 0;
    for (; text.size() - at >= 4; at += 4) {
        const std::uint8_t a = value_of(text[at]);
        const std::uint8_t b = value_of(text[at + 1]);
        const std::uint8_t c = value_of(text[at + 2]);
        const std::uint8_t d = value_of(text[at + 3]);
        if (((a | b | c | d) & 0x80) != 0) break;
        *out++ = static_cast<char>(a << 2 | b >> 4);
        *out++ = static_cast<char>(b << 4 | c >> 2);
        *out++ = static_cast<char>(c << 6 | d);
    }
    return at;
}

Expected<std::size_t> decode_base64_mime(std::string_view text, char* out) {
    static const Base64Kernel kernel =
        has_base64_avx2() ? decode_groups_by_avx2 : decode_groups_by_table;
    return MimeDecoder(text, out, kernel).decode();
}

void append_base64(std::string_view bytes, std::string& out) {
    const std::size_t before = out.size();
    out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
    char* next = out.data() + before;
    std::size_t at = 0;
    for (; bytes.size() - at >= 3; at += 3) {
        const auto a = static_cast<unsigned char>(bytes[at]);
        const auto b = static_cast<unsigned char>(bytes[at + 1]);
        const auto c = static_cast<unsigned char>(bytes[at + 2]);
        *next++ = kBase64Alphabet[a >> 2];
        *next++ = kBase64Alphabet[(a << 4 | b >> 4) & 0x3f];
        *next++ = kBase64Alphabet[(b << 2 | c >> 6) & 0x3f];
        *next++ = kBase64Alphabet[c & 0x3f];
    }
    if (at == bytes.size()) return;
    const auto a = static_cast<unsigned char>(bytes[at]);
    const auto b = static_cast<unsigned char>(at + 1 < bytes.size() ? bytes[at + 1] : '\0');
    *next++ = kBase64Alphabet[a >> 2];
    *next++ = kBase64Alphabet[(a << 4 | b >> 4) & 0x3f];
    if (at + 1 < bytes.size()) *next++ = kBase64Alphabet[b << 2 & 0x3f];
}

}  // namespace clew::wire
