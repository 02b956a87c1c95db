// SPDX-License-Identifier: Apache-2.0
// Counts the socket calls of a program on its connections to one port, by thread: those of the main
// thread, where an eventlet hub runs, apart from all others. Loaded before libc (LD_PRELOAD) by the
// soak test, which builds it; the port is in SOCKET_WATCH_PORT.
//
// Threads: all at once.
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdatomic.h>

#define DESCRIPTORS_MAX 65536

static atomic_bool watched[DESCRIPTORS_MAX];
static atomic_long calls[2];  // of other threads, of the main thread

long socket_watch_calls(int of_main_thread) { return atomic_load(&calls[of_main_thread != 0]); }

static int is_watched(int fd) {
    return fd >= 0 && fd < DESCRIPTORS_MAX && atomic_load(&watched[fd]);
}

static void count(int fd) {
    if (is_watched(fd)) {
        atomic_fetch_add(&calls[gettid() == getpid()], 1);
    }
}

static int leads_there(const struct sockaddr* address) {
    static atomic_int port = -1;
    if (atomic_load(&port) < 0) {
        const char* text = getenv("SOCKET_WATCH_PORT");
        atomic_store(&port, text == NULL ? 0 : atoi(text));
    }
    if (address->sa_family != AF_INET) {
        return 0;
    }
    const struct sockaddr_in* v4 = (const struct sockaddr_in*)(const void*)address;
    return ntohs(v4->sin_port) == atomic_load(&port);
}

int connect(int fd, const struct sockaddr* address, socklen_t size) {
    int (*next)(int, const struct sockaddr*, socklen_t) = dlsym(RTLD_NEXT, "connect");
    if (fd >= 0 && fd < DESCRIPTORS_MAX) {
        atomic_store(&watched[fd], leads_there(address));
    }
    count(fd);
    return next(fd, address, size);
}

int close(int fd) {
    int (*next)(int) = dlsym(RTLD_NEXT, "close");
    count(fd);
    if (is_watched(fd)) {
        atomic_store(&watched[fd], 0);
    }
    return next(fd);
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    ssize_t (*next)(int, const void*, size_t, int) = dlsym(RTLD_NEXT, "send");
    count(fd);
    return next(fd, bytes, size, flags);
}

ssize_t recv(int fd, void* bytes, size_t size, int flags) {
    ssize_t (*next)(int, void*, size_t, int) = dlsym(RTLD_NEXT, "recv");
    count(fd);
    return next(fd, bytes, size, flags);
}

// What recv() and poll() are called in a program built with _FORTIFY_SOURCE.
ssize_t __recv_chk(int fd, void* bytes, size_t size, size_t room, int flags) {
    return size > room ? (abort(), 0) : recv(fd, bytes, size, flags);
}

int poll(struct pollfd* polled, nfds_t number, int timeout) {
    int (*next)(struct pollfd*, nfds_t, int) = dlsym(RTLD_NEXT, "poll");
    for (nfds_t i = 0; i < number; i++) {
        count(polled[i].fd);
    }
    return next(polled, number, timeout);
}

int __poll_chk(struct pollfd* polled, nfds_t number, int timeout, size_t room) {
    return number > room / sizeof *polled ? (abort(), 0) : poll(polled, number, timeout);
}
