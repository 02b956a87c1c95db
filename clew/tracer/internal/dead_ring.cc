// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/dead_ring.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clew/tracer/internal/record_check.h"

namespace clew::tracer::internal {

namespace {

using Ring = SpscRing<>;

constexpr std::uint64_t kSmallestRingBytes = 64;

bool is_power_of_two_within(std::uint64_t value, std::uint64_t least, std::uint64_t most) noexcept {
    return std::has_single_bit(value) && value >= least && value <= most;
}

}  // namespace

DeadRing::Found DeadRing::open(const char* path, std::string_view service_name) noexcept {
    const Found found = lock(path);
    if (found != Found::ours) {
        close();
        return found;
    }
    const Found read = read_header(service_name);
    if (read == Found::busy || read == Found::none) close();
    return read;
}

DeadRing::Found DeadRing::lock(const char* path) noexcept {
    is_damaged_ = false;
    lacks_memory_ = false;
    // Whatever lies there in a directory for everyone: no link is followed, no pipe waited for.
    const int descriptor = ::open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) return Found::none;
    descriptor_.store(descriptor);
    struct stat found {};
    if (fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) return Found::none;
    if (found.st_uid != geteuid()) return Found::none;
    if (!lock_ring_file(descriptor)) return Found::busy;
    // Removed by the one who had the lock before.
    if (fstat(descriptor, &found) != 0 || found.st_nlink == 0) return Found::none;
    file_bytes_ = static_cast<std::uint64_t>(found.st_size);
    return Found::ours;
}

DeadRing::Found DeadRing::read_header(std::string_view service_name) noexcept {
    if (file_bytes_ == 0) return Found::empty;
    if (file_bytes_ < sizeof header_ || !read_at(0, &header_, sizeof header_)) {
        return Found::damaged;
    }
    if (header_.magic == 0) return Found::empty;
    const bool has_layout =
        header_.magic == kRingMagic && header_.layout == kRingLayout &&
        is_power_of_two_within(header_.page_bytes, kSmallestPageBytes, kLargestPageBytes) &&
        is_power_of_two_within(header_.ring_bytes, kSmallestRingBytes, file_bytes_) &&
        header_.page_bytes + header_.ring_bytes == file_bytes_ && header_.positions_at >= kRingAt &&
        header_.positions_at % alignof(Ring) == 0 &&
        header_.positions_at <= header_.page_bytes - sizeof(Ring);
    if (!has_layout) return Found::damaged;
    if (header_.owner.runs()) return Found::busy;
    const std::string_view name(
        header_.service, std::min<std::uint64_t>(header_.service_bytes, kServiceBytesMax)
    );
    if (header_.service_bytes != service_name.size() || !service_name.starts_with(name)) {
        return Found::none;  // the names' hashes are the same, the names are not
    }
    clock_ = header_.clock[header_.clock_index.load(std::memory_order_relaxed) % 2];
    const bool has_positions =
        read_at(header_.positions_at + Ring::kReadAt, &read_, sizeof read_) &&
        read_at(header_.positions_at + Ring::kWriteAt, &write_, sizeof write_);
    const std::uint64_t recovered_to = header_.recovered_to;
    const bool is_sound = has_positions && is_sound_clock(clock_) && read_ % 8 == 0 &&
                          write_ % 8 == 0 && recovered_to % 8 == 0 &&
                          write_ - read_ <= header_.ring_bytes;
    // Zero, when nobody was at it, lies before what is to be read or is where it begins.
    if (recovered_to - read_ <= write_ - read_) read_ = recovered_to;
    return is_sound ? Found::ours : Found::damaged;
}

bool DeadRing::read_at(std::uint64_t offset, void* into, std::size_t size) const noexcept {
    const ssize_t got = pread(descriptor_.load(), into, size, static_cast<off_t>(offset));
    return got == static_cast<ssize_t>(size);
}

std::string_view DeadRing::end_damaged() noexcept {
    is_damaged_ = true;
    read_ = write_;
    return {};
}

std::string_view DeadRing::next() noexcept {
    while (read_ != write_) {
        const std::uint64_t offset = read_ & (header_.ring_bytes - 1);
        const std::uint64_t at = header_.page_bytes + offset;
        Ring::Frame frame;
        if (!read_at(at, &frame, sizeof frame)) return end_damaged();
        const std::uint64_t room = std::min(write_ - read_, header_.ring_bytes - offset);
        if (frame.frame_bytes % 8 != 0 || frame.frame_bytes < sizeof frame ||
            frame.frame_bytes > room) {
            return end_damaged();
        }
        if (frame.record_bytes == Ring::kSkipped) {
            read_ += frame.frame_bytes;
            continue;
        }
        const bool fits = frame.record_bytes <= frame.frame_bytes - sizeof frame &&
                          frame.record_bytes <= Ring::record_bytes_max(header_.ring_bytes);
        if (!fits) return end_damaged();
        if (!has_memory_for(frame.record_bytes)) return {};
        read_ += frame.frame_bytes;
        const bool is_read = read_at(at + sizeof frame, record_.data(), record_.size());
        return is_read && keep_position() ? record_ : end_damaged();
    }
    return {};
}

bool DeadRing::has_memory_for(std::size_t record_bytes) noexcept {
    try {
        record_.resize(record_bytes);
    } catch (const std::bad_alloc&) {
        lacks_memory_ = true;
    }
    return !lacks_memory_;
}

bool DeadRing::keep_position() const noexcept {
    constexpr off_t kAt = offsetof(RingHeader, recovered_to);
    return pwrite(descriptor_.load(), &read_, sizeof read_, kAt) == sizeof read_;
}

void DeadRing::close() noexcept {
    // Forgotten first, as in RingFile::unlock().
    const int held = descriptor_.exchange(-1);
    if (held >= 0) ::close(held);
}

bool DeadRing::is_of_this_boot(const char* boot_id) const noexcept {
    return boot_id[0] != '\0' && std::memcmp(boot_id, header_.boot_id, kBootIdBytes) == 0;
}

}  // namespace clew::tracer::internal
