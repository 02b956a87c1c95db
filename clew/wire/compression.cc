// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/compression.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include <libdeflate.h>

#include "clew/base/assert.h"

namespace clew::wire {

namespace {

// What a member is first taken to inflate to, beside its own size: bodies of spans shrink to a
// sixth or less.
constexpr std::size_t kExpectedRatio = 8;
constexpr std::size_t kFirstBytesMin = 1024;
constexpr std::size_t kHeaderBytes = 10;
constexpr std::size_t kTrailerBytes = 8;
// What a sender's flush ends in, and what would then end the stream: an empty last block.
constexpr std::string_view kFlushed("\x00\x00\xff\xff", 4);
constexpr std::string_view kEnd("\x01\x00\x00\xff\xff", 5);

struct EndDecompressor {
    void operator()(libdeflate_decompressor* decompressor) const {
        libdeflate_free_decompressor(decompressor);
    }
};
struct EndCompressor {
    void operator()(libdeflate_compressor* compressor) const {
        libdeflate_free_compressor(compressor);
    }
};

Error too_large(std::size_t bytes_max) {
    return {
        Code::limit_exceeded,
        "the body inflates to more than " + std::to_string(bytes_max) + " bytes"};
}

bool begins_member(std::string_view bytes) noexcept {
    return bytes.starts_with("\x1f\x8b\x08");  // gzip, deflate
}

std::uint32_t little_endian(std::string_view bytes, std::size_t size) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
        value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    }
    return value;
}

// Takes a member's header away; false when it is not one, or cut.
bool take_header(std::string_view& bytes) noexcept {
    enum Flag : unsigned { checksum = 2, extra = 4, name = 8, comment = 16, reserved = 0xe0 };
    if (!begins_member(bytes) || bytes.size() < kHeaderBytes) return false;
    const auto flags = static_cast<unsigned char>(bytes[3]);
    if ((flags & reserved) != 0) return false;
    std::size_t size = kHeaderBytes;
    if ((flags & extra) != 0) {
        if (bytes.size() < size + 2) return false;
        size += 2 + little_endian(bytes.substr(size), 2);
    }
    for (const unsigned text : {name, comment}) {
        if ((flags & text) == 0) continue;
        const std::size_t end = bytes.find('\0', size);
        if (end == std::string_view::npos) return false;
        size = end + 1;
    }
    if ((flags & checksum) != 0) size += 2;
    if (bytes.size() < size) return false;
    bytes.remove_prefix(size);
    return true;
}

// Inflates members one after the other into one text that grows by doubling, up to the limit.
class Inflater {
public:
    Inflater(std::size_t bytes_max, std::size_t padding, std::string& out)
        : decompressor_(libdeflate_alloc_decompressor()),
          begin_(out.size()),
          bytes_max_(bytes_max),
          padding_(padding),
          out_(out) {}

    // Inflates the member at the front of `rest` and takes it away.
    Expected<void> inflate_member(std::string_view& rest) {
        if (decompressor_ == nullptr) return Error{Code::overloaded, "out of memory"};
        if (!take_header(rest)) return Error{Code::malformed, "the body is not a gzip stream"};
        const std::size_t at = begin_ + size_;
        Expected<std::size_t> used = inflate_blocks(rest);
        if (!used) return std::move(used).error();
        rest.remove_prefix(std::min(*used, rest.size()));
        return check_trailer(rest, std::string_view(out_).substr(at, begin_ + size_ - at));
    }

    void keep() { out_.resize(begin_ + size_); }
    void undo() { out_.resize(begin_); }

private:
    std::size_t room_max() const { return bytes_max_ - size_; }

    // Returns how many bytes the member's blocks take.
    Expected<std::size_t> inflate_blocks(std::string_view rest) {
        std::size_t used = 0;
        libdeflate_result result = inflate_as_is(rest, used);
        if (result == LIBDEFLATE_BAD_DATA && rest.ends_with(kFlushed)) {
            std::string ended(rest);
            ended += kEnd;
            result = inflate_as_is(ended, used);
        }
        if (result == LIBDEFLATE_SUCCESS) return used;
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return too_large(bytes_max_);
        return Error{Code::malformed, "the body is not a gzip stream"};
    }

    libdeflate_result inflate_as_is(std::string_view blocks, std::size_t& used) {
        std::size_t room = std::max(blocks.size() * kExpectedRatio, kFirstBytesMin);
        room = std::min(room, room_max());
        while (true) {
            const std::size_t at = begin_ + size_;
            make_room(at, room);
            std::size_t made = 0;
            const libdeflate_result result = libdeflate_deflate_decompress_ex(
                decompressor_.get(),
                blocks.data(),
                blocks.size(),
                out_.data() + at,
                room,
                &used,
                &made
            );
            if (result == LIBDEFLATE_SUCCESS) size_ += made;
            if (result != LIBDEFLATE_INSUFFICIENT_SPACE || room == room_max()) return result;
            room = std::min(2 * room, room_max());
        }
    }

    // Checksum and size, as far as they are there.
    static Expected<void> check_trailer(std::string_view& rest, std::string_view made) {
        const std::uint64_t checksum = libdeflate_crc32(0, made.data(), made.size());
        const std::uint64_t size = static_cast<std::uint32_t>(made.size());
        std::uint64_t expected = size << 32 | checksum;
        const std::string_view trailer = rest.substr(0, kTrailerBytes);
        for (const char byte : trailer) {
            if (static_cast<unsigned char>(byte) != (expected & 0xff)) {
                return Error{Code::malformed, "the gzip stream fails its checksum"};
            }
            expected >>= 8;
        }
        rest.remove_prefix(trailer.size());
        return {};
    }

    // A string that grows by itself may pass the limit. Here it doubles up to it: a stream of many
    // small members would otherwise copy all that was made so far for each of them.
    void make_room(std::size_t at, std::size_t room) {
        if (out_.capacity() < at + room + padding_) {
            std::string kept = out_.substr(0, at);
            const std::size_t doubled = std::min(2 * out_.capacity(), begin_ + bytes_max_);
            std::string().swap(out_);
            out_.reserve(std::max(doubled, at + room) + padding_);
            out_ = kept;
        }
        out_.resize(at + room);
    }

    std::unique_ptr<libdeflate_decompressor, EndDecompressor> decompressor_;
    const std::size_t begin_;
    const std::size_t bytes_max_;
    const std::size_t padding_;
    std::size_t size_ = 0;  // made so far
    std::string& out_;
};

}  // namespace

Expected<void> gunzip(
    std::string_view compressed, std::size_t bytes_max, std::size_t padding, std::string& out
) {
    Inflater inflater(bytes_max, padding, out);
    do {
        if (Expected<void> done = inflater.inflate_member(compressed); !done) {
            inflater.undo();
            return done;
        }
    } while (begins_member(compressed));
    inflater.keep();
    return {};
}

void gzip(std::string_view text, int level, std::string& out) {
    const std::unique_ptr<libdeflate_compressor, EndCompressor> compressor(
        libdeflate_alloc_compressor(level)
    );
    CLEW_ASSERT(compressor != nullptr);
    const std::size_t begin = out.size();
    out.resize(begin + libdeflate_gzip_compress_bound(compressor.get(), text.size()));
    const std::size_t size = libdeflate_gzip_compress(
        compressor.get(), text.data(), text.size(), out.data() + begin, out.size() - begin
    );
    CLEW_ASSERT(size != 0);
    out.resize(begin + size);
}

}  // namespace clew::wire
