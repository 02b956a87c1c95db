// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/ring_file.h"

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clew/base/concurrent/fork_guard.h"

namespace clew::tracer::internal {

namespace {

// As docs/formats/ring_file.md has it.
static_assert(offsetof(RingHeader, owner) == 48 && offsetof(RingHeader, clock_index) == 136);
static_assert(offsetof(RingHeader, recovered_to) == 208 && offsetof(RingHeader, service) == 216);

constexpr std::string_view kPrefix = "clew-";
constexpr std::string_view kSuffix = ".ring";

// The random half and the generation that drew it, in one word, so that both change together.
constinit std::atomic<std::uint64_t> drawn_token{0};

// What /proc says in one read; the number of bytes, 0 when it says nothing.
std::size_t read_small_file(const char* path, char* into, std::size_t size) noexcept {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    const ssize_t got = read(file, into, size);
    close(file);
    return got < 0 ? 0 : static_cast<std::size_t>(got);
}

struct StatLine {
    char state = '?';
    std::uint64_t started_at = 0;
};

// Of /proc/<pid>/stat, fields 3 and 22; see proc(5). Behind the program's name, which may hold
// anything.
StatLine read_stat_line(const char* path) noexcept {
    char text[1024];
    std::string_view fields(text, read_small_file(path, text, sizeof text));
    const std::size_t name_end = fields.rfind(')');
    if (name_end == std::string_view::npos || name_end + 2 >= fields.size()) return {};
    fields.remove_prefix(name_end + 2);
    StatLine result;
    result.state = fields.front();
    constexpr int kFieldsBetween = 22 - 3;
    for (int i = 0; i < kFieldsBetween; ++i) {
        const std::size_t space = fields.find(' ');
        if (space == std::string_view::npos) return {};
        fields.remove_prefix(space + 1);
    }
    std::from_chars(fields.data(), fields.data() + fields.size(), result.started_at);
    return result;
}

std::uint64_t own_pid_namespace() noexcept {
    struct stat found {};
    return stat("/proc/self/ns/pid", &found) == 0 ? found.st_ino : 0;
}

// Takes what stands before `end`, or before the end of the text when `end` is 0.
bool take_number(std::string_view& text, char end, int radix, std::uint64_t& into) noexcept {
    const std::size_t size = end == 0 ? text.size() : text.find(end);
    if (size == std::string_view::npos || size == 0) return false;
    const char* const last = text.data() + size;
    const auto [stop, error] = std::from_chars(text.data(), last, into, radix);
    if (error != std::errc{} || stop != last) return false;
    text.remove_prefix(end == 0 ? size : size + 1);
    return true;
}

}  // namespace

RingOwner RingOwner::this_process() noexcept {
    return {
        static_cast<std::uint64_t>(getpid()),
        read_stat_line("/proc/self/stat").started_at,
        own_pid_namespace()};
}

bool RingOwner::runs() const noexcept {
    const bool is_known = started_at != 0 && pid_namespace != 0;
    // One's own number in a file that is not one's own: written before an exec.
    if (!is_known || pid_namespace != own_pid_namespace()) return false;
    if (pid == static_cast<std::uint64_t>(getpid())) return false;
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%" PRIu64 "/stat", pid);
    const StatLine now = read_stat_line(path);
    return now.started_at == started_at && now.state != 'Z' && now.state != 'X';
}

void RingHeader::set_clock(const ClockPoint& point) noexcept {
    const std::uint64_t next = clock_index.load(std::memory_order_relaxed) + 1;
    clock[next % 2] = point;
    // Release: whoever reads the file after a kill finds the point whole. Nobody reads it before.
    clock_index.store(next, std::memory_order_release);
}

RingFile::RingFile(const RingFile& other) noexcept
    : page(other.page),
      page_bytes(other.page_bytes),
      number(other.number),
      device(other.device),
      inode(other.inode),
      descriptor(other.descriptor.load()) {}

void RingFile::unlock() noexcept {
    // Forgotten first: forked in between, a child keeps a descriptor rather than closing another's.
    const int held = descriptor.exchange(-1);
    struct stat found {};
    if (held < 0 || fstat(held, &found) != 0) return;
    if (found.st_dev == device && found.st_ino == inode) close(held);
}

void RingFileName::write(char* into) const noexcept {
    std::snprintf(
        into,
        kBytesMax,
        "clew-%016" PRIx64 "-%" PRIu64 "-%016" PRIx64 "-%" PRIu64 ".ring",
        service,
        pid,
        token,
        number
    );
}

std::optional<RingFileName> RingFileName::parse(std::string_view text) noexcept {
    if (text.size() >= kBytesMax || !text.starts_with(kPrefix) || !text.ends_with(kSuffix)) {
        return std::nullopt;
    }
    text.remove_prefix(kPrefix.size());
    text.remove_suffix(kSuffix.size());
    RingFileName name;
    if (!take_number(text, '-', 16, name.service) || !take_number(text, '-', 10, name.pid) ||
        !take_number(text, '-', 16, name.token) || !take_number(text, 0, 10, name.number)) {
        return std::nullopt;
    }
    return name;
}

std::uint64_t hash_service(std::string_view name) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
}

std::uint64_t own_token() noexcept {
    const std::uint32_t generation = fork_generation();
    std::uint64_t token = drawn_token.load(std::memory_order_acquire);
    while (static_cast<std::uint32_t>(token) != generation) {
        std::uint32_t drawn = 0;
        if (getrandom(&drawn, sizeof drawn, GRND_NONBLOCK) != sizeof drawn) {
            timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            drawn = static_cast<std::uint32_t>(now.tv_nsec ^ now.tv_sec ^ getpid());
        }
        const std::uint64_t fresh = std::uint64_t{drawn} << 32 | generation;
        if (drawn_token.compare_exchange_strong(token, fresh, std::memory_order_acq_rel)) {
            return fresh;
        }
    }
    return token;
}

bool lock_ring_file(int descriptor) noexcept {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return fcntl(descriptor, F_SETLK, &whole) == 0;
}

void read_boot_id(char* into) noexcept {
    const std::size_t size =
        read_small_file("/proc/sys/kernel/random/boot_id", into, kBootIdBytes - 1);
    if (size > 0 && into[size - 1] == '\n') into[size - 1] = '\0';
}

}  // namespace clew::tracer::internal
