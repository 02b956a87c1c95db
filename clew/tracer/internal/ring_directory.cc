// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/ring_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace clew::tracer::internal {

namespace {

constexpr int kNamesTried = 8;

Error wrong(const std::string& path, const std::string& why) {
    return {
        Code::invalid_argument,
        "ring_dir is '" + path + "', wanted a directory in memory (tmpfs) like /dev/shm: " + why};
}

std::string message_of(int error) { return std::generic_category().message(error); }

Expected<void> check(const std::string& path) {
    if (path.front() != '/') return wrong(path, "not an absolute path");
    if (path.size() > RingDirectory::kPathBytesMax) return wrong(path, "the path is too long");
    if (path.find('\0') != std::string::npos) return wrong(path, "the path holds a zero byte");
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return wrong(path, message_of(errno));
    if (!S_ISDIR(found.st_mode)) return wrong(path, message_of(ENOTDIR));
    struct statfs system {};
    if (statfs(path.c_str(), &system) != 0) return wrong(path, message_of(errno));
    if (system.f_type != TMPFS_MAGIC) return wrong(path, "it lies on another file system");
    if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
        return wrong(path, message_of(errno));
    }
    return {};
}

std::size_t count_ring_files(const std::string& path, std::size_t count_max) {
    DIR* const directory = opendir(path.c_str());
    if (directory == nullptr) return 0;
    std::size_t count = 0;
    while (const dirent* entry = count < count_max ? readdir(directory) : nullptr) {
        if (RingFileName::parse(entry->d_name)) ++count;
    }
    closedir(directory);
    return count;
}

}  // namespace

Expected<std::unique_ptr<RingDirectory>> RingDirectory::open(const TracerOptions& options) {
    if (Expected<void> checked = check(options.ring_dir); !checked) return checked.error();
    std::unique_ptr<RingDirectory> made(new RingDirectory(options));
    if (made->page_bytes_ > kLargestPageBytes) {
        return wrong(options.ring_dir, "this machine's pages are too large");
    }
    made->note_files(count_ring_files(made->path_, kFilesMax));
    return made;
}

RingDirectory::RingDirectory(const TracerOptions& options)
    : path_(options.ring_dir),
      service_name_(options.service_name),
      service_(hash_service(options.service_name)),
      ipv4_(options.ipv4),
      ipv6_(options.ipv6),
      port_(options.port),
      page_bytes_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    read_boot_id(boot_id_);
}

RingDirectory::Path RingDirectory::path_of(const char* file_name) const noexcept {
    Path path;
    std::memcpy(path.text, path_.data(), path_.size());
    path.text[path_.size()] = '/';
    char* const name = path.text + path_.size() + 1;
    const std::size_t size = std::min(std::strlen(file_name), RingFileName::kBytesMax);
    std::memcpy(name, file_name, size);
    name[size] = '\0';
    return path;
}

RingFileName RingDirectory::own_name(std::uint64_t number) const noexcept {
    return {service_, static_cast<std::uint64_t>(getpid()), own_token(), number};
}

ThreadRing* RingDirectory::create_ring(std::size_t bytes, const TickReader& ticks) noexcept {
    if (files_.load() >= kFilesMax) return nullptr;
    RingFile file;
    if (!create_file(page_bytes_ + bytes, file)) return nullptr;
    const int descriptor = file.descriptor.load();
    void* const memory =
        mmap(nullptr, page_bytes_ + bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) {
        char name[RingFileName::kBytesMax];
        own_name(file.number).write(name);
        unlink(path_of(name).text);
        file.unlock();
        return nullptr;
    }
    file.page = static_cast<char*>(memory);
    file.page_bytes = page_bytes_;
    fill_header(file.header(), bytes, ticks);
    ThreadRing* const ring = ThreadRing::create_in(file, bytes);
    const char* const positions = reinterpret_cast<const char*>(&ring->spans());
    file.header().positions_at = static_cast<std::uint64_t>(positions - file.page);
    // Last, and not moved before what it stands for.
    std::atomic_ref(file.header().magic).store(kRingMagic, std::memory_order_release);
    files_.fetch_add(1);
    return ring;
}

bool RingDirectory::create_file(std::size_t bytes, RingFile& file) noexcept {
    for (int i = 0; i < kNamesTried; ++i) {
        file.number = next_number_.fetch_add(1);
        char name[RingFileName::kBytesMax];
        own_name(file.number).write(name);
        const Path path = path_of(name);
        const int descriptor =
            ::open(path.text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor < 0) {
            if (errno == EEXIST) continue;
            return false;
        }
        struct stat made {};
        const bool is_ours =
            lock_ring_file(descriptor) && fstat(descriptor, &made) == 0 && made.st_nlink == 1;
        if (is_ours && fallocate(descriptor, 0, 0, static_cast<off_t>(bytes)) == 0) {
            file.device = made.st_dev;
            file.inode = made.st_ino;
            file.descriptor.store(descriptor);
            return true;
        }
        // Somebody who looked for left-overs was quicker to lock it, and removes it as empty.
        if (is_ours) unlink(path.text);
        close(descriptor);
        if (is_ours) return false;  // no room
    }
    return false;
}

void RingDirectory::fill_header(RingHeader& header, std::size_t bytes, const TickReader& ticks)
    const noexcept {
    header.layout = kRingLayout;
    header.page_bytes = static_cast<std::uint32_t>(page_bytes_);
    header.ring_bytes = bytes;
    header.service_bytes = service_name_.size();
    std::memcpy(
        header.service, service_name_.data(), std::min(service_name_.size(), kServiceBytesMax)
    );
    header.counts_ticks = ticks.uses_counter() ? 1 : 0;
    header.owner = RingOwner::this_process();
    std::memcpy(header.boot_id, boot_id_, sizeof boot_id_);
    header.port = port_;
    header.has_ipv4 = ipv4_ ? 1 : 0;
    header.has_ipv6 = ipv6_ ? 1 : 0;
    header.ipv4 = ipv4_.value_or(Ipv4Address{});
    header.ipv6 = ipv6_.value_or(Ipv6Address{});
    const TickSample now = ticks.sample();
    const bool is_exact = !ticks.uses_counter();
    header.set_clock({now.tick, now.wall_ns, is_exact ? 1.0 : 0.0, is_exact ? 1U : 0U});
}

void RingDirectory::remove(ThreadRing& ring) const noexcept {
    char name[RingFileName::kBytesMax];
    own_name(ring.file().number).write(name);
    unlink(path_of(name).text);
    ring.file().unlock();
}

}  // namespace clew::tracer::internal
