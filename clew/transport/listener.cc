// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/listener.h"

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "clew/transport/refused_peer.h"

namespace clew::transport {

namespace {

using boost::asio::io_context;
using boost::asio::ip::tcp;
using std::chrono::steady_clock;

// How often connections look at their deadlines.
constexpr std::chrono::milliseconds kDeadlineCheckInterval{250};
// Before the next accept when the system had no descriptor or memory left.
constexpr std::chrono::milliseconds kAcceptPause{100};
// Peers accepted before other work of the same thread gets its turn.
constexpr int kAcceptsPerTurn = 64;
// Refused peers that are told so; more are closed without a word.
constexpr std::size_t kRefusedPeersMax = 64;

// Closes an accepted socket that never reached its connection.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    int value() const { return value_; }
    int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

// The socket itself is gone; what the system is short of comes back.
bool is_lost(int errno_value) {
    return errno_value == EBADF || errno_value == EINVAL || errno_value == ENOTSOCK;
}

Expected<tcp::endpoint> endpoint_of(const ListenerOptions& options) {
    const std::string text = options.address == "localhost" ? "127.0.0.1" : options.address;
    boost::system::error_code error;
    const boost::asio::ip::address address = boost::asio::ip::make_address(text, error);
    if (error) {
        return Error{
            Code::invalid_argument,
            "'" + options.address +
                "' is not an address to listen on: use an IPv4 or IPv6 address"};
    }
    return tcp::endpoint(address, options.port);
}

std::string text_of(const ListenerOptions& options) {
    const bool brackets = options.address.find(':') != std::string::npos;
    return (brackets ? "[" + options.address + "]" : options.address) + ":" +
           std::to_string(options.port);
}

Error listen_error(const ListenerOptions& options, const boost::system::error_code& error) {
    if (error.value() == EADDRINUSE) {
        return {Code::address_in_use, text_of(options) + " is in use by another program"};
    }
    return system_error("listening on " + text_of(options), error.value());
}

}  // namespace

// Invariants:
// 1. `acceptor` and `pause` are touched on the first context's thread only, each timer on its own
// context's, or
//    by the owner while the loop does not run.
// 2. A connection is in its lane from before its start() until its slot ends.
// 3. Everything below the mutex is read and written under it.
struct Listener::State : public std::enable_shared_from_this<State> {
    // What one loop thread has of this listener.
    struct Lane {
        io_context* context = nullptr;
        std::unordered_map<std::uint64_t, std::weak_ptr<Connection>> connections;
    };

    struct Slot final : public ConnectionSlot {
        Slot(std::shared_ptr<State> its_state, std::uint64_t its_id, bool is_refused)
            : state(std::move(its_state)), id(its_id), refused(is_refused) {}
        ~Slot() override { state->forget(*this); }
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

        std::size_t lane() const { return id % state->lanes.size(); }

        const std::shared_ptr<State> state;
        const std::uint64_t id;
        const bool refused;
    };

    State(EventLoop& event_loop, ListenerOptions listener_options, MakeConnection make)
        : loop(event_loop),
          options(std::move(listener_options)),
          make_connection(std::move(make)),
          timers(event_loop.thread_count()),
          lanes(event_loop.thread_count()) {
        for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i].context = &loop.context(i);
    }

    Expected<void> bind();
    void start();
    void wait_for_peers();
    void accept_some();
    void pause_accepting();
    void give_up();
    std::unique_ptr<Slot> take_slot();
    void adopt(Descriptor descriptor, std::unique_ptr<Slot> slot);
    void watch_deadlines(std::size_t lane);
    void forget(const Slot& slot);
    std::vector<std::shared_ptr<Connection>> connections_of(std::size_t lane);
    template <typename Action>
    void on_every_connection(Action action);
    // Runs on the lane's thread, or here when no loop runs; returns at once.
    void on_lane(std::size_t lane, std::function<void()> action);
    void stop_accepting();
    void release_resources();
    template <typename Condition>
    bool wait(std::optional<steady_clock::time_point> deadline, Condition condition);

    EventLoop& loop;
    const ListenerOptions options;
    const MakeConnection make_connection;
    std::string address;
    std::uint16_t port = 0;
    bool is_ipv6 = false;
    std::optional<tcp::acceptor> acceptor;
    std::optional<boost::asio::steady_timer> pause;
    std::vector<std::optional<boost::asio::steady_timer>> timers;

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Lane> lanes;
    std::uint64_t next_id = 0;
    std::size_t refused_open = 0;
    std::size_t lanes_released = 0;
    bool stopping = false;
    ListenerCounts counts;
};

Expected<void> Listener::State::bind() {
    Expected<tcp::endpoint> endpoint = endpoint_of(options);
    if (!endpoint) return std::move(endpoint).error();
    is_ipv6 = endpoint->address().is_v6();
    boost::system::error_code error;
    acceptor.emplace(loop.context(0));
    acceptor->open(endpoint->protocol(), error);
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && is_ipv6) acceptor->set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor->bind(*endpoint, error);
    if (!error) acceptor->listen(options.backlog_max, error);
    if (!error) acceptor->non_blocking(true, error);
    tcp::endpoint real;
    if (!error) real = acceptor->local_endpoint(error);
    if (error) return listen_error(options, error);
    address = real.address().to_string();
    port = real.port();
    return {};
}

void Listener::State::start() {
    on_lane(0, [self = shared_from_this()] { self->wait_for_peers(); });
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        on_lane(lane, [self = shared_from_this(), lane] {
            self->timers[lane].emplace(self->loop.context(lane));
            self->watch_deadlines(lane);
        });
    }
}

void Listener::State::wait_for_peers() {
    if (!acceptor) return;
    acceptor->async_wait(
        tcp::acceptor::wait_read,
        [self = shared_from_this()](boost::system::error_code error) {
            if (!error) self->accept_some();
        }
    );
}

void Listener::State::accept_some() {
    for (int i = 0; acceptor && i < kAcceptsPerTurn; ++i) {
        Descriptor descriptor(
            ::accept4(acceptor->native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)
        );
        if (descriptor.value() < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) break;
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (is_lost(errno)) return give_up();
            return pause_accepting();
        }
        std::unique_ptr<Slot> slot = take_slot();
        if (!slot) continue;
        const int on = 1;
        ::setsockopt(descriptor.value(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        io_context& context = loop.context(slot->lane());
        boost::asio::post(
            context,
            [self = shared_from_this(), taken = std::move(descriptor), kept = std::move(slot)](
            ) mutable { self->adopt(std::move(taken), std::move(kept)); }
        );
    }
    wait_for_peers();
}

void Listener::State::give_up() {
    const std::lock_guard lock(mutex);
    counts.is_broken = true;
}

void Listener::State::pause_accepting() {
    {
        const std::lock_guard lock(mutex);
        ++counts.accept_errors;
    }
    pause.emplace(loop.context(0), kAcceptPause);
    pause->async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->wait_for_peers();
    });
}

// Nothing when the peer is to be closed without a word.
std::unique_ptr<Listener::State::Slot> Listener::State::take_slot() {
    const std::lock_guard lock(mutex);
    if (stopping) return nullptr;
    const bool refused = counts.open >= options.connections_max;
    if (refused) {
        ++counts.refused;
        if (options.refusal.empty() || refused_open >= kRefusedPeersMax) return nullptr;
        ++refused_open;
    } else {
        ++counts.accepted;
        ++counts.open;
    }
    return std::make_unique<Slot>(shared_from_this(), next_id++, refused);
}

void Listener::State::adopt(Descriptor descriptor, std::unique_ptr<Slot> slot) {
    const std::size_t lane = slot->lane();
    const std::uint64_t id = slot->id;
    const bool refused = slot->refused;
    AcceptedSocket socket{&loop.context(lane), descriptor.release(), is_ipv6, std::move(slot)};
    std::shared_ptr<Connection> connection =
        refused ? make_refused_peer(std::move(socket), options.refusal)
                : make_connection(std::move(socket));
    if (!connection) return;
    bool too_late = false;
    {
        const std::lock_guard lock(mutex);
        too_late = stopping;
        lanes[lane].connections.emplace(id, connection);
    }
    connection->start();
    if (too_late) connection->finish();
}

void Listener::State::watch_deadlines(std::size_t lane) {
    std::optional<boost::asio::steady_timer>& timer = timers[lane];
    if (!timer) return;
    timer->expires_after(kDeadlineCheckInterval);
    timer->async_wait([self = shared_from_this(), lane](boost::system::error_code error) {
        if (error) return;
        const steady_clock::time_point now = steady_clock::now();
        for (const std::shared_ptr<Connection>& connection : self->connections_of(lane)) {
            connection->check_deadlines(now);
        }
        self->watch_deadlines(lane);
    });
}

void Listener::State::forget(const Slot& slot) {
    const std::lock_guard lock(mutex);
    lanes[slot.lane()].connections.erase(slot.id);
    --(slot.refused ? refused_open : counts.open);
    changed.notify_all();
}

std::vector<std::shared_ptr<Connection>> Listener::State::connections_of(std::size_t lane) {
    std::vector<std::shared_ptr<Connection>> alive;
    const std::lock_guard lock(mutex);
    alive.reserve(lanes[lane].connections.size());
    for (const auto& [id, weak] : lanes[lane].connections) {
        if (std::shared_ptr<Connection> connection = weak.lock()) {
            alive.push_back(std::move(connection));
        }
    }
    return alive;
}

template <typename Action>
void Listener::State::on_every_connection(Action action) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        on_lane(lane, [self = shared_from_this(), lane, action] {
            for (const std::shared_ptr<Connection>& connection : self->connections_of(lane)) {
                action(*connection);
            }
        });
    }
}

void Listener::State::on_lane(std::size_t lane, std::function<void()> action) {
    boost::asio::post(loop.context(lane), std::move(action));
}

void Listener::State::stop_accepting() {
    {
        const std::lock_guard lock(mutex);
        if (std::exchange(stopping, true)) return;
    }
    if (!loop.is_running()) {
        acceptor.reset();
        pause.reset();
        return;
    }
    on_lane(0, [self = shared_from_this()] {
        self->acceptor.reset();
        self->pause.reset();
    });
}

void Listener::State::release_resources() {
    if (!loop.is_running()) {
        acceptor.reset();
        pause.reset();
        for (std::optional<boost::asio::steady_timer>& timer : timers) timer.reset();
        return;
    }
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        on_lane(lane, [self = shared_from_this(), lane] {
            self->timers[lane].reset();
            const std::lock_guard lock(self->mutex);
            ++self->lanes_released;
            self->changed.notify_all();
        });
    }
    wait(std::nullopt, [this] { return lanes_released == lanes.size(); });
}

// True when the condition came true before the deadline.
template <typename Condition>
bool Listener::State::wait(std::optional<steady_clock::time_point> deadline, Condition condition) {
    std::unique_lock lock(mutex);
    if (deadline) return changed.wait_until(lock, *deadline, condition);
    changed.wait(lock, condition);
    return true;
}

Expected<std::unique_ptr<Listener>> Listener::open(
    EventLoop& loop, const ListenerOptions& options, MakeConnection make_connection
) {
    if (!loop.made()) return loop.made().error();
    auto state = std::make_shared<State>(loop, options, std::move(make_connection));
    if (Expected<void> bound = state->bind(); !bound) return std::move(bound).error();
    return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
    state_->stop_accepting();
    if (state_->loop.is_running()) {
        state_->on_every_connection([](Connection& connection) { connection.close(); });
        state_->wait(std::nullopt, [this] {
            return state_->counts.open == 0 && state_->refused_open == 0;
        });
    }
    state_->release_resources();
}

void Listener::start() { state_->start(); }

bool Listener::finish(std::chrono::milliseconds patience) {
    const steady_clock::time_point deadline = steady_clock::now() + patience;
    state_->stop_accepting();
    state_->on_every_connection([](Connection& connection) { connection.finish(); });
    const auto none_open = [this] { return state_->counts.open == 0; };
    if (state_->wait(deadline, none_open)) return true;
    state_->on_every_connection([](Connection& connection) { connection.close(); });
    return false;
}

const std::string& Listener::address() const noexcept { return state_->address; }

std::uint16_t Listener::port() const noexcept { return state_->port; }

ListenerCounts Listener::counts() const {
    const std::lock_guard lock(state_->mutex);
    return state_->counts;
}

}  // namespace clew::transport
