// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/testing/chaos_proxy.h"

#include <chrono>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace clew::transport::testing {
namespace {

// -1 when nobody listens there.
int connect_to_loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr any{};
    static_assert(sizeof any == sizeof address);
    __builtin_memcpy(&any, &address, sizeof any);
    if (fd >= 0 && connect(fd, &any, sizeof any) == 0) return fd;
    close(fd);
    return -1;
}

}  // namespace

void ChaosProxy::relay(PeerConnection& client) {
    if (chaos_.load() == Chaos::hang_up) return client.reset();
    if (chaos_.load() == Chaos::never_read) return client.stay_silent();
    const int fd = connect_to_loopback(upstream_port_);
    if (fd < 0) return client.reset();
    PeerConnection upstream(fd, stopping_);
    std::thread requests([&] {
        for (std::string bytes = client.read_some(); !bytes.empty(); bytes = client.read_some()) {
            if (!upstream.write(bytes)) break;
        }
        shutdown(fd, SHUT_WR);
    });
    for (std::string reply = upstream.read_some(); !reply.empty(); reply = upstream.read_some()) {
        if (!pass_reply(client, reply)) break;
    }
    client.hang_up();
    requests.join();
}

bool ChaosProxy::pass_reply(PeerConnection& client, const std::string& reply) {
    switch (chaos_.load()) {
        case Chaos::none: return client.write(reply);
        case Chaos::hang_up: return false;
        case Chaos::never_read:
        case Chaos::never_answer: client.stay_silent(); return false;
        case Chaos::cut_reply: client.write(reply.substr(0, reply.size() / 2)); return false;
        case Chaos::garble_reply: {
            std::string garbled = reply;
            for (char& c : garbled) c = static_cast<char>(~c);
            return client.write(garbled);
        }
        case Chaos::drip_reply:
            for (const char c : reply) {
                if (!client.write({&c, 1})) return false;
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            return true;
    }
    return false;
}

}  // namespace clew::transport::testing
