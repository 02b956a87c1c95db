// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/listener.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "clew/transport/internal/connection_table.h"
#include "clew/transport/internal/descriptor.h"
#include "clew/transport/internal/refused_peer.h"

namespace clew::transport {

namespace {

using boost::asio::io_context;
using boost::asio::ip::tcp;
using std::chrono::steady_clock;

// How often connections look at their deadlines.
constexpr std::chrono::milliseconds kDeadlineCheckInterval{250};
// Before the next accept when the system had no descriptor or memory left.
constexpr std::chrono::milliseconds kAcceptPause{100};
// ... and when the peers that are being refused need their turn to leave.
constexpr std::chrono::milliseconds kCrowdedPause{5};
// Peers accepted before other work of the same thread gets its turn.
constexpr int kAcceptsPerTurn = 64;
// Peers that are being refused at one time: half as many as are served, within these bounds. For
// more, the oldest is closed; half as many again, where that takes its time.
constexpr std::size_t kRefusedPeersMin = 4;
constexpr std::size_t kRefusedPeersMax = 64;

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
// 1. `acceptor`, `pause` and `spare` are touched on the first context's thread only,
// each timer on its own context's, or
//    by the owner while the loop does not run.
// 2. A slot is in the table from its making to its end, its connection from before start() on.
// 3. Everything below the mutex is read and written under it.
struct Listener::State : public std::enable_shared_from_this<State> {
    struct Slot final : public ConnectionSlot {
        Slot(std::shared_ptr<State> its_state, std::uint64_t its_id, bool is_refused)
            : state(std::move(its_state)), id(its_id), refused(is_refused) {}
        const std::atomic<std::int64_t>& waiting_since_ns() const { return waiting_since_ns_; }
        ~Slot() override { state->forget(*this); }
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

        std::size_t lane() const { return state->connections.lane_of(id); }

        const std::shared_ptr<State> state;
        const std::uint64_t id;
        const bool refused;
    };

    State(EventLoop& event_loop, ListenerOptions listener_options, MakeConnection make)
        : loop(event_loop),
          options(std::move(listener_options)),
          make_connection(std::move(make)),
          timers(event_loop.thread_count()),
          connections(event_loop.thread_count()) {}

    Expected<void> bind();
    void start();
    void wait_for_peers();
    void accept_some();
    void accept_failed(int error_number);
    bool refuse_with_spare();
    void open_spare();
    bool is_full();
    void pause_accepting(std::chrono::milliseconds time);
    void give_up();
    std::unique_ptr<Slot> take_slot(const PeerAddress& peer);
    bool make_room();
    bool make_room_locked();
    void close_oldest_refused();
    void adopt(Descriptor descriptor, std::unique_ptr<Slot> slot, const PeerAddress& peer);
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
    const std::size_t refused_max =
        std::clamp(options.connections_max / 2, kRefusedPeersMin, kRefusedPeersMax);
    std::string address;
    std::uint16_t port = 0;
    bool is_ipv6 = false;
    std::optional<tcp::acceptor> acceptor;
    std::optional<boost::asio::steady_timer> pause;
    Descriptor spare{-1};  // a peer can be refused with it when there is no other
    steady_clock::time_point accept_error_told{};
    std::vector<std::optional<boost::asio::steady_timer>> timers;

    std::mutex mutex;
    std::condition_variable changed;
    ConnectionTable connections;
    std::uint64_t next_id = 0;
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
    on_lane(0, [self = shared_from_this()] {
        self->open_spare();
        self->wait_for_peers();
    });
    for (std::size_t lane = 0; lane < timers.size(); ++lane) {
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
        if (is_full()) return pause_accepting(kCrowdedPause);
        PeerAddress peer;
        Descriptor descriptor = Descriptor::accept(acceptor->native_handle(), peer);
        if (descriptor.value() < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) break;
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (is_lost(errno)) return give_up();
            accept_failed(errno);
            if (refuse_with_spare()) continue;
            return pause_accepting(kAcceptPause);
        }
        std::unique_ptr<Slot> slot = take_slot(peer);
        if (!slot) continue;
        const int on = 1;
        ::setsockopt(descriptor.value(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        io_context& context = loop.context(slot->lane());
        boost::asio::post(
            context,
            [self = shared_from_this(),
             taken = std::move(descriptor),
             kept = std::move(slot),
             peer]() mutable { self->adopt(std::move(taken), std::move(kept), peer); }
        );
    }
    wait_for_peers();
}

void Listener::State::give_up() {
    const std::lock_guard lock(mutex);
    counts.is_broken = true;
}

void Listener::State::accept_failed(int error_number) {
    {
        const std::lock_guard lock(mutex);
        ++counts.accept_errors;
    }
    make_room();
    const steady_clock::time_point now = steady_clock::now();
    const bool is_news = accept_error_told == steady_clock::time_point{} ||
                         now - accept_error_told >= options.accept_error_interval;
    if (!is_news || !options.on_accept_error) return;
    accept_error_told = now;
    options.on_accept_error(system_error("accepting a peer on " + text_of(options), error_number));
}

void Listener::State::open_spare() {
    if (spare.value() < 0) spare = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

// Gives the spare descriptor up for the peer at the front of the queue, so that it hears why.
bool Listener::State::refuse_with_spare() {
    if (spare.value() < 0) return false;
    spare.close();
    PeerAddress peer;
    Descriptor refused = Descriptor::accept(acceptor->native_handle(), peer);
    const bool has_refused = refused.value() >= 0;
    if (has_refused) refused.refuse(options.refusal);
    refused.close();
    open_spare();
    const std::lock_guard lock(mutex);
    counts.refused += has_refused ? 1 : 0;
    return has_refused;
}

// As many peers as may be are on their way out, to make room or refused: the next one can wait.
bool Listener::State::is_full() {
    const std::lock_guard lock(mutex);
    if (connections.open() - connections.staying() >= refused_max) return true;
    const bool is_crowded = connections.staying() >= options.connections_max &&
                            connections.refused() >= refused_max + refused_max / 2;
    if (is_crowded) close_oldest_refused();
    return is_crowded;
}

void Listener::State::pause_accepting(std::chrono::milliseconds time) {
    pause.emplace(loop.context(0), time);
    pause->async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (error) return;
        self->open_spare();
        self->wait_for_peers();
    });
}

// Nothing when the peer is to be closed without a word.
std::unique_ptr<Listener::State::Slot> Listener::State::take_slot(const PeerAddress& peer) {
    const std::lock_guard lock(mutex);
    if (stopping) return nullptr;
    const bool refused = connections.staying() >= options.connections_max && !make_room_locked();
    if (refused) {
        ++counts.refused;
        if (!options.serves_refused && options.refusal.empty()) return nullptr;
        if (connections.refused() >= refused_max) close_oldest_refused();
    } else {
        ++counts.accepted;
    }
    auto slot = std::make_unique<Slot>(shared_from_this(), next_id++, refused);
    connections.add(slot->id, {peer, refused, &slot->waiting_since_ns(), {}, false});
    return slot;
}

bool Listener::State::make_room() {
    const std::lock_guard lock(mutex);
    return make_room_locked();
}

// Requires: the lock is held. True when a connection was found that will most likely close.
bool Listener::State::make_room_locked() {
    const std::optional<std::uint64_t> id = connections.choose_leaving();
    if (!id) return false;
    ++counts.made_room;
    const std::weak_ptr<Connection> chosen = connections.at(*id).connection;
    on_lane(connections.lane_of(*id), [self = shared_from_this(), chosen, id = *id] {
        const std::shared_ptr<Connection> connection = chosen.lock();
        if (!connection || connection->make_room()) return;
        const std::lock_guard lock(self->mutex);
        self->connections.keep(id);
        --self->counts.made_room;
    });
    return true;
}

// The newest of those beyond the limit has the best chance to be somebody who is in a hurry.
void Listener::State::close_oldest_refused() {
    const std::optional<std::uint64_t> id = connections.choose_oldest_refused();
    if (!id) return;
    const std::weak_ptr<Connection> chosen = connections.at(*id).connection;
    on_lane(connections.lane_of(*id), [chosen] {
        if (const std::shared_ptr<Connection> connection = chosen.lock()) connection->close();
    });
}

void Listener::State::adopt(
    Descriptor descriptor, std::unique_ptr<Slot> slot, const PeerAddress& peer
) {
    const std::size_t lane = slot->lane();
    const std::uint64_t id = slot->id;
    const bool refused = slot->refused;
    AcceptedSocket socket{
        &loop.context(lane), descriptor.release(), is_ipv6, std::move(slot), peer, refused};
    std::shared_ptr<Connection> connection =
        refused && !options.serves_refused ? make_refused_peer(std::move(socket), options.refusal)
                                           : make_connection(std::move(socket));
    if (!connection) return;
    bool too_late = false;
    {
        const std::lock_guard lock(mutex);
        too_late = stopping;
        connections.at(id).connection = connection;
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
    connections.remove(slot.id);
    changed.notify_all();
}

std::vector<std::shared_ptr<Connection>> Listener::State::connections_of(std::size_t lane) {
    const std::lock_guard lock(mutex);
    return connections.in_lane(lane);
}

template <typename Action>
void Listener::State::on_every_connection(Action action) {
    for (std::size_t lane = 0; lane < timers.size(); ++lane) {
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
    for (std::size_t lane = 0; lane < timers.size(); ++lane) {
        on_lane(lane, [self = shared_from_this(), lane] {
            self->timers[lane].reset();
            const std::lock_guard lock(self->mutex);
            ++self->lanes_released;
            self->changed.notify_all();
        });
    }
    wait(std::nullopt, [this] { return lanes_released == timers.size(); });
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
            return state_->connections.open() == 0 && state_->connections.refused() == 0;
        });
    }
    state_->release_resources();
}

void Listener::start() { state_->start(); }

bool Listener::finish(std::chrono::milliseconds patience) {
    const steady_clock::time_point deadline = steady_clock::now() + patience;
    state_->stop_accepting();
    state_->on_every_connection([](Connection& connection) { connection.finish(); });
    const auto none_open = [this] { return state_->connections.open() == 0; };
    if (state_->wait(deadline, none_open)) return true;
    state_->on_every_connection([](Connection& connection) { connection.close(); });
    return false;
}

const std::string& Listener::address() const noexcept { return state_->address; }

std::uint16_t Listener::port() const noexcept { return state_->port; }

ListenerCounts Listener::counts() const {
    const std::lock_guard lock(state_->mutex);
    ListenerCounts counts = state_->counts;
    counts.open = state_->connections.open();
    return counts;
}

}  // namespace clew::transport
