// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/compression.h"

#include <algorithm>
#include <memory>

#include <libdeflate.h>

#include "clew/base/assert.h"

namespace clew::wire {

namespace {

// What a member is first taken to inflate to, beside its own size: bodies of spans shrink to a
// sixth or less.
constexpr std::size_t kExpectedRatio = 8;
constexpr std::size_t kFirstBytesMin = 1024;
// Header, an empty block and trailer: nothing shorter is a member.
constexpr std::size_t kMemberBytesMin = 18;

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

// Inflates members one after the other into one text that grows by doubling, up to the limit.
class Inflater {
public:
    Inflater(std::size_t bytes_max, std::size_t padding, std::string& out)
        : decompressor_(libdeflate_alloc_decompressor()),
          begin_(out.size()),
          bytes_max_(bytes_max),
          padding_(padding),
          out_(out) {
        CLEW_ASSERT(decompressor_ != nullptr);
    }

    // Inflates the member at the front of `rest` and takes it away.
    Expected<void> inflate_member(std::string_view& rest) {
        if (rest.size() < kMemberBytesMin)
            return Error{Code::malformed, "the gzip stream is cut short"};
        std::size_t room = std::max(rest.size() * kExpectedRatio, kFirstBytesMin);
        room = std::min(room, room_max());
        while (true) {
            const std::size_t at = begin_ + size_;
            make_room(at, room);
            std::size_t used = 0;
            std::size_t made = 0;
            const libdeflate_result result = libdeflate_gzip_decompress_ex(
                decompressor_.get(), rest.data(), rest.size(), out_.data() + at, room, &used, &made
            );
            if (result == LIBDEFLATE_SUCCESS) {
                size_ += made;
                rest.remove_prefix(used);
                return {};
            }
            if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
                return Error{Code::malformed, "the body is not a gzip stream"};
            }
            if (room == room_max()) return too_large(bytes_max_);
            room = std::min(2 * room, room_max());
        }
    }

    void keep() { out_.resize(begin_ + size_); }
    void undo() { out_.resize(begin_); }

private:
    std::size_t room_max() const { return bytes_max_ - size_; }

    // A string that grows by itself may take twice what is asked for.
    void make_room(std::size_t at, std::size_t room) {
        if (out_.capacity() < at + room + padding_) {
            std::string kept = out_.substr(0, at);
            std::string().swap(out_);
            out_.reserve(at + room + padding_);
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
    } while (!compressed.empty());
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
