// SPDX-License-Identifier: Apache-2.0
#include "clew/app/serve/server.h"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include "clew/app/log.h"
#include "clew/app/serve/embedded_ui.h"
#include "clew/app/version.h"
#include "clew/base/clock.h"
#include "clew/collector/collector.h"
#include "clew/sampler/boundary_sampler.h"
#include "clew/storage/memory/memory_storage.h"
#include "clew/transport/event_loop.h"
#include "clew/web/metrics_page.h"
#include "clew/web/operator_routes.h"
#include "clew/web/server_health.h"
#include "clew/web/ui_routes.h"

namespace clew::app {

namespace {

using transport::HttpRequest;
using transport::HttpResponder;

// Not ready from nine tenths of the bytes in flight: the next large message would be refused.
constexpr std::size_t kOverloadedShare = 9;
constexpr std::size_t kOverloadedDivisor = 10;

std::size_t loop_threads(const ServeConfig& config) {
    return config.loop_threads != 0 ? config.loop_threads
                                    : std::max(1u, std::thread::hardware_concurrency());
}

using Level = web::ComponentState::Level;

web::ComponentState state_of(const storage::StorageHealth& health) {
    using storage::StorageState;
    switch (health.state) {
        case StorageState::ready: return {};
        case StorageState::recovering: return {Level::not_ready, "recovering: " + health.reason};
        case StorageState::read_only: return {Level::not_ready, "read-only: " + health.reason};
        case StorageState::overloaded: return {Level::not_ready, "overloaded: " + health.reason};
        case StorageState::failed: return {Level::down, health.reason};
    }
    return {};
}

web::ComponentState state_of(const transport::Listener& listener) {
    if (!listener.counts().is_broken) return {};
    return {Level::down, "port " + std::to_string(listener.port()) + " accepts no connections"};
}

web::ComponentState state_of(const transport::ByteBudget& budget) {
    if (budget.bytes_in_use() < budget.bytes_max() / kOverloadedDivisor * kOverloadedShare) {
        return {};
    }
    return {Level::not_ready, "overloaded: too many bytes of messages in flight"};
}

// What accepted messages lost, for the operator.
void log_losses(std::string_view transport, const std::vector<collector::Loss>& losses) {
    LogFields fields = {{"transport", std::string(transport)}};
    for (const collector::Loss& loss : losses) {
        fields.emplace_back(loss.reason, std::to_string(loss.count));
    }
    log(LogLevel::warning, "left_out", fields);
}

template <typename Options>
Options with_loss_log(Options options) {
    options.loss_sink = log_losses;
    return options;
}

web::Router::Route refusal(std::string text) {
    return [text = std::move(text)](const HttpRequest&, const HttpResponder& responder) {
        responder.send(transport::text_response(404, text));
    };
}

}  // namespace

struct Server::Parts {
    Parts(
        const ServeConfig& serve_config,
        std::unique_ptr<storage::Storage> the_storage,
        const sampler::BoundarySampler& the_sampler
    )
        : config(serve_config), storage(std::move(the_storage)), sampler(the_sampler) {}

    void mount();
    void add_health();
    void add_metrics();
    void add_http_metrics();
    void add_scribe_metrics();
    void add_listener_metrics(const std::string& name, const transport::Listener& listener);
    Expected<void> open();

    const ServeConfig config;

    // Where spans rest, and the way there.
    std::unique_ptr<storage::Storage> storage;
    sampler::BoundarySampler sampler;
    collector::Collector collector{sampler, storage->span_consumer()};
    collector::CollectorMetrics http_metrics{"http"};
    collector::CollectorMetrics scribe_metrics{"scribe"};
    collector::HttpSpanReceiver http_receiver{
        collector, http_metrics, with_loss_log(config.http_receiver)};
    collector::ScribeSpanReceiver scribe_receiver{
        collector, scribe_metrics, with_loss_log(config.scribe_receiver)};

    // Questions and the page.
    web::QueryPool query_pool{config.query_pool};
    web::MetricsPage metrics_page;
    web::RequestMetrics request_metrics;
    web::ApiRoutes api_routes{*storage, system_clock(), query_pool, config.api};
    web::ServerHealth health;
    web::OperatorRoutes operator_routes{
        health, metrics_page, request_metrics, {std::string(version()), std::string(commit())}};
    web::UiRoutes ui_routes{embedded_ui(), config.ui};
    web::Router router{config.router, &request_metrics};

    // Peers.
    transport::ByteBudget budget{config.bytes_in_flight_max};
    transport::EventLoop loop{loop_threads(config)};
    std::unique_ptr<transport::HttpServer> http;
    std::unique_ptr<transport::ScribeServer> scribe;
};

void Server::Parts::mount() {
    operator_routes.mount(router);
    if (config.query_enabled) {
        api_routes.mount(router);
    } else {
        router.get("/api/v2/spans", refusal("the query API is disabled"));
    }
    if (config.ui_enabled) ui_routes.mount(router);
    if (config.http_collector_enabled) {
        router.post("/api/v2/spans", [this](HttpRequest& request, const HttpResponder& responder) {
            http_receiver.receive(request, responder);
        });
        router.post(
            "/api/v1/spans",
            refusal("v1 spans are not accepted here yet, send JSON_V2 to /api/v2/spans")
        );
    } else {
        router.post("/api/v2/spans", refusal("the HTTP collector is disabled"));
    }
}

// One line for each receiver: whoever wires another adds its own here.
void Server::Parts::add_health() {
    health.add_component(storage->name() + "{}", [this] { return state_of(storage->health()); });
    if (scribe) {
        const std::string name =
            "ScribeCollector{port=" + std::to_string(scribe->listener().port()) +
            ", category=" + config.scribe_receiver.category + "}";
        health.add_component(name, [this] { return state_of(scribe->listener()); });
    }
    health.add_condition([this] { return state_of(http->listener()); });
    health.add_condition([this] { return state_of(budget); });
}

void Server::Parts::add_metrics() {
    using web::MetricsPage;
    metrics_page.add(http_metrics);
    metrics_page.add(scribe_metrics);
    const auto add = [this](MetricsPage::Kind kind, const char* name, auto read) {
        metrics_page.add(kind, name, {}, [read] { return static_cast<double>(read()); });
    };
    const storage::Storage& store = *storage;
    constexpr auto kGauge = MetricsPage::Kind::gauge;
    constexpr auto kCounter = MetricsPage::Kind::counter;
    add(kGauge, "clew_storage_spans", [&store] { return store.counts().spans; });
    add(kGauge, "clew_storage_traces", [&store] { return store.counts().traces; });
    add(kGauge, "clew_storage_bytes", [&store] { return store.counts().bytes; });
    add(kCounter, "clew_storage_spans_repeated", [&store] { return store.counts().spans_repeated; }
    );
    const auto add_evicted = [this, &store](const char* reason, auto count) {
        metrics_page.add(
            kCounter,
            "clew_storage_spans_evicted",
            {"reason", reason},
            [&store, count] { return static_cast<double>(store.counts().*count); }
        );
    };
    using storage::StorageCounts;
    add_evicted("spans_max", &StorageCounts::spans_evicted_for_spans);
    add_evicted("bytes_max", &StorageCounts::spans_evicted_for_bytes);
    add_evicted("trace_too_large", &StorageCounts::spans_evicted_of_own_trace);
    add(kGauge, "clew_bytes_in_flight", [this] { return budget.bytes_in_use(); });
    add(kCounter, "clew_queries_refused", [this] { return query_pool.refused().value(); });
    add(kCounter, "clew_dependencies_computed", [this] {
        return api_routes.graphs_computed().value();
    });
    add(kCounter, "clew_queries_cancelled", [this] { return query_pool.cancelled().value(); });
}

void Server::Parts::add_http_metrics() {
    using web::MetricsPage;
    const transport::HttpServerMetrics& metrics = http->metrics();
    const auto add = [this](const char* reason, const Counter& counter) {
        metrics_page.add(
            MetricsPage::Kind::counter,
            "clew_http_requests_refused",
            {"reason", reason},
            [&counter] { return static_cast<double>(counter.value()); }
        );
    };
    metrics_page.add(MetricsPage::Kind::counter, "clew_http_requests", {}, [&metrics] {
        return static_cast<double>(metrics.requests.value());
    });
    add("malformed", metrics.malformed);
    add("headers_too_big", metrics.headers_too_big);
    add("body_too_big", metrics.bodies_too_big);
    add("timed_out", metrics.timed_out);
    add("too_slow", metrics.too_slow);
    add("overloaded", metrics.overloaded);
    metrics_page.add(MetricsPage::Kind::gauge, "clew_http_connections", {}, [this] {
        return static_cast<double>(http->listener().counts().open);
    });
    metrics_page.add(MetricsPage::Kind::counter, "clew_http_connections_refused", {}, [this] {
        return static_cast<double>(http->listener().counts().refused);
    });
    add_listener_metrics("http", http->listener());
}

void Server::Parts::add_scribe_metrics() {
    using web::MetricsPage;
    const collector::ScribeReceiverMetrics& metrics = scribe_receiver.metrics();
    const auto add = [this](const char* reason, const Counter& counter) {
        metrics_page.add(
            MetricsPage::Kind::counter,
            "clew_scribe_entries_skipped",
            {"reason", reason},
            [&counter] { return static_cast<double>(counter.value()); }
        );
    };
    metrics_page.add(MetricsPage::Kind::counter, "clew_scribe_entries", {}, [&metrics] {
        return static_cast<double>(metrics.entries.value());
    });
    add("other_category", metrics.entries_other_category);
    add("too_big", metrics.entries_too_big);
    add("not_base64", metrics.entries_not_base64);
    add("not_a_span", metrics.entries_not_a_span);
    const transport::ScribeServerMetrics& calls = scribe->metrics();
    const auto add_refused = [this](const char* reason, const Counter& counter) {
        metrics_page.add(
            MetricsPage::Kind::counter,
            "clew_scribe_calls_refused",
            {"reason", reason},
            [&counter] { return static_cast<double>(counter.value()); }
        );
    };
    add_refused("try_later", calls.try_later);
    add_refused("malformed", calls.malformed);
    add_refused("frame_too_big", calls.frames_too_big);
    add_refused("timed_out", calls.timed_out);
    add_refused("too_slow", calls.too_slow);
    metrics_page.add(MetricsPage::Kind::gauge, "clew_scribe_connections", {}, [this] {
        return static_cast<double>(scribe->listener().counts().open);
    });
    metrics_page.add(MetricsPage::Kind::counter, "clew_scribe_connections_refused", {}, [this] {
        return static_cast<double>(scribe->listener().counts().refused);
    });
    add_listener_metrics("scribe", scribe->listener());
}

void Server::Parts::add_listener_metrics(
    const std::string& name, const transport::Listener& listener
) {
    using web::MetricsPage;
    constexpr auto kCounter = MetricsPage::Kind::counter;
    metrics_page.add(kCounter, "clew_" + name + "_connections_made_room", {}, [&listener] {
        return static_cast<double>(listener.counts().made_room);
    });
    metrics_page.add(kCounter, "clew_" + name + "_accept_errors", {}, [&listener] {
        return static_cast<double>(listener.counts().accept_errors);
    });
}

Expected<void> Server::Parts::open() {
    transport::ListenerOptions listener;
    listener.address = config.bind;
    listener.port = config.port;
    listener.connections_max = config.connections_max;
    transport::HttpServerOptions http_options = config.http;
    http_options.takes_body = [this](const HttpRequest& request) {
        return router.takes_body(request);
    };
    http_options.answers_always = [](const HttpRequest& request) {
        return web::OperatorRoutes::has(request.path);
    };
    listener.on_accept_error = [](const Error& error) {
        log(LogLevel::warning, "peer not accepted", {{"reason", error.message}});
    };
    Expected<std::unique_ptr<transport::HttpServer>> opened = transport::HttpServer::open(
        loop,
        listener,
        http_options,
        budget,
        [this](HttpRequest& request, const HttpResponder& responder) {
            router.answer(request, responder);
        }
    );
    if (!opened) return std::move(opened).error().with_context("HTTP (--port)");
    http = std::move(*opened);
    if (!config.scribe_enabled) return {};
    listener.port = config.scribe_port;
    listener.connections_max = config.scribe_connections_max;
    Expected<std::unique_ptr<transport::ScribeServer>> opened_scribe =
        transport::ScribeServer::open(
            loop,
            listener,
            config.scribe,
            budget,
            [this](const transport::LogRequest& request, const transport::LogResponder& responder) {
                try {
                    scribe_receiver.receive(request, responder);
                } catch (const std::bad_alloc&) {
                    responder.send(transport::LogResult::try_later);
                }
            }
        );
    if (!opened_scribe) {
        Error error =
            std::move(opened_scribe).error().with_context("scribe (--scribe-port, --no-scribe)");
        if (config.scribe_port_is_chosen || error.code != Code::address_in_use) return error;
        log(LogLevel::warning, "without_scribe", {{"reason", error.message}});
        return {};
    }
    scribe = std::move(*opened_scribe);
    return {};
}

Expected<std::unique_ptr<Server>> Server::start(const ServeConfig& config) {
    Expected<sampler::BoundarySampler> sampler =
        sampler::BoundarySampler::create(config.sample_rate);
    if (!sampler) return std::move(sampler).error().with_context("sample-rate");
    Expected<std::unique_ptr<storage::MemoryStorage>> storage =
        storage::MemoryStorage::create(config.memory);
    if (!storage) return std::move(storage).error();
    auto parts = std::make_unique<Parts>(config, std::move(*storage), *sampler);
    parts->mount();
    if (Expected<void> opened = parts->open(); !opened) return std::move(opened).error();
    parts->add_health();
    parts->add_metrics();
    parts->add_http_metrics();
    if (parts->scribe) parts->add_scribe_metrics();
    Expected<void> started = parts->query_pool.start();
    if (started) started = parts->loop.start();
    if (!started) return std::move(started).error();
    parts->http->start();
    if (parts->scribe) parts->scribe->start();
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

// What runs on the pool uses the parts that end before it.
Server::~Server() { parts_->query_pool.end(); }

const std::string& Server::address() const { return parts_->http->listener().address(); }

std::uint16_t Server::port() const { return parts_->http->listener().port(); }

std::uint16_t Server::scribe_port() const {
    return parts_->scribe ? parts_->scribe->listener().port() : std::uint16_t{0};
}

bool Server::finish(std::chrono::milliseconds patience) {
    parts_->health.begin_shutdown();
    bool scribe_finished = true;
    std::thread scribe([this, patience, &scribe_finished] {
        if (parts_->scribe) scribe_finished = parts_->scribe->finish(patience);
    });
    const bool http_finished = parts_->http->finish(patience);
    scribe.join();
    parts_->query_pool.stop();
    return http_finished && scribe_finished;
}

}  // namespace clew::app
