// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "clew/tracing/c.h"
#include "clew/tracing/internal/c_values.h"
#include "clew/tracing/tracing.h"
#include "clew/transport/circuit_breaker.h"

using clew::Microseconds;
using clew::propagation::TraceContext;
using clew::tracer::Span;
using clew::tracing::Tracing;
using clew::tracing::TracingOptions;
using clew::tracing::internal::from_c;
using clew::tracing::internal::to_c;
using clew::tracing::internal::view;

namespace {

// What lies in a clew_span: all zeros until a span was started in it.
struct Storage {
    std::uint64_t is_started;
    alignas(alignof(Span)) unsigned char bytes[sizeof(Span)];

    Span* span() noexcept { return std::launder(reinterpret_cast<Span*>(bytes)); }
};
static_assert(sizeof(Storage) <= sizeof(clew_span) && alignof(Storage) <= alignof(clew_span));
static_assert(sizeof(clew_span) == CLEW_SPAN_BYTES);

// Null unless a span was started there.
Span* live(clew_span* span) noexcept {
    if (span == nullptr) return nullptr;
    auto* const storage = reinterpret_cast<Storage*>(span->opaque);
    return storage->is_started == 0 ? nullptr : storage->span();
}

const Span* live(const clew_span* span) noexcept { return live(const_cast<clew_span*>(span)); }

// The made span is constructed in place: spans are not cheap to move.
template <typename Make>
void start(clew_span* span, Make make) noexcept {
    if (span == nullptr) return;
    auto* const storage = reinterpret_cast<Storage*>(span->opaque);
    new (storage->bytes) Span(make());
    storage->is_started = 1;
}

// An int, because C lets a caller put any number into an enum.
clew::model::Kind kind_of(int kind) noexcept {
    switch (kind) {
        case clew_kind_client: return clew::model::Kind::client;
        case clew_kind_server: return clew::model::Kind::server;
        case clew_kind_producer: return clew::model::Kind::producer;
        case clew_kind_consumer: return clew::model::Kind::consumer;
        case clew_kind_local: break;
    }
    return clew::model::Kind::none;
}

template <typename Number>
void set_unless_zero(Number value, std::optional<std::uint64_t>& into) {
    if (value != 0) into = value;
}

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

TracingOptions from_c(const clew_options& options) {
    TracingOptions result;
    result.service_name = text_or_empty(options.service_name);
    result.endpoint = text_or_empty(options.endpoint);
    result.local_ip = text_or_empty(options.local_ip);
    result.propagation = text_or_empty(options.propagation);
    result.extract_order = text_or_empty(options.extract_order);
    result.trust_inbound = text_or_empty(options.trust_inbound);
    result.sampler = text_or_empty(options.sampler);
    result.tls_ca_file = text_or_empty(options.tls_ca_file);
    result.ring_dir = text_or_empty(options.ring_dir);
    if (!(options.sample_rate < 0)) result.sample_rate = options.sample_rate;
    set_unless_zero(options.local_port, result.local_port);
    set_unless_zero(options.trace_id_bits, result.trace_id_bits);
    set_unless_zero(options.flush_interval_ms, result.flush_interval_ms);
    set_unless_zero(options.close_timeout_ms, result.close_timeout_ms);
    set_unless_zero(options.ring_bytes, result.ring_bytes);
    set_unless_zero(options.queue_bytes_max, result.queue_bytes_max);
    if (options.join >= 0) result.join = options.join != 0;
    if (options.gzip >= 0) result.gzip = options.gzip != 0;
    result.read_environment = options.ignore_environment == 0;
    return result;
}

// Of this version, or of an earlier one, whose last field was ignore_environment.
bool is_known_size(std::size_t size) noexcept {
    return size >= offsetof(clew_options, extract_order) && size <= sizeof(clew_options);
}

void copy_text(std::string_view from, char* into, std::size_t size) noexcept {
    if (into == nullptr || size == 0) return;
    const std::size_t count = std::min(from.size(), size - 1);
    std::copy_n(from.data(), count, into);
    into[count] = '\0';
}

void add_tracer_drops(const clew::tracer::FinishedCounts& counts, clew_stats& stats) noexcept {
    using clew::tracer::DropReason;
    const auto of = [&](DropReason reason) {
        return counts.dropped[static_cast<std::size_t>(reason)];
    };
    stats.dropped[clew_drop_ring_full] += of(DropReason::ring_full);
    stats.dropped[clew_drop_threads] += of(DropReason::rings_max);
    stats.dropped[clew_drop_no_memory] += of(DropReason::no_memory);
    stats.dropped[clew_drop_at_close] += of(DropReason::closed);
    stats.dropped[clew_drop_in_signal] += of(DropReason::in_signal);
    stats.dropped[clew_drop_open_spans] += of(DropReason::open_spans_max);
}

void add_reporter_drops(const clew::reporter::ReporterCounts& counts, clew_stats& stats) noexcept {
    using clew::reporter::DropReason;
    const auto of = [&](DropReason reason) {
        return counts.dropped[static_cast<std::size_t>(reason)];
    };
    stats.dropped[clew_drop_queue_full] += of(DropReason::queue_full);
    stats.dropped[clew_drop_too_large] += of(DropReason::too_large);
    stats.dropped[clew_drop_refused] += of(DropReason::refused);
    stats.dropped[clew_drop_unanswered] += of(DropReason::unanswered);
    stats.dropped[clew_drop_at_close] += of(DropReason::at_close);
    stats.dropped[clew_drop_no_memory] += of(DropReason::no_memory);
}

// Every reason that the tracer or the reporter may count has a number of its own above.
static_assert(clew::tracer::kDropReasons == 6 && clew::reporter::kDropReasons == 6);

constinit std::atomic<clew_tracer*> destroyed_tracers{nullptr};

}  // namespace

extern "C" {

void clew_options_init(clew_options* options, size_t size) {
    if (options == nullptr) return;
    clew_options made{};
    made.size = size;
    made.sample_rate = -1;
    made.join = -1;
    made.gzip = -1;
    std::memcpy(options, &made, std::min(size, sizeof made));
}

clew_tracer* clew_tracer_create(const clew_options* options, char* error, size_t error_size) {
    if (options == nullptr || !is_known_size(options->size)) {
        copy_text("options were not made by clew_options_init()", error, error_size);
        return nullptr;
    }
    clew_options known;
    clew_options_init(&known, sizeof known);
    std::memcpy(&known, options, options->size);
    try {
        clew::Expected<std::unique_ptr<Tracing>> made = Tracing::create(from_c(known));
        if (made) return new clew_tracer{.tracing = *std::move(made)};
        copy_text(made.error().message, error, error_size);
    } catch (...) {
        copy_text("no memory", error, error_size);
    }
    return nullptr;
}

int clew_tracer_flush(clew_tracer* tracer, uint32_t timeout_ms) {
    if (tracer == nullptr) return 1;
    return tracer->tracing->flush(std::chrono::milliseconds(timeout_ms)) ? 1 : 0;
}

int clew_tracer_rest(clew_tracer* tracer, uint32_t timeout_ms) {
    if (tracer == nullptr) return 1;
    return tracer->tracing->rest(std::chrono::milliseconds(timeout_ms)) ? 1 : 0;
}

void clew_tracer_destroy(clew_tracer* tracer) {
    if (tracer == nullptr || tracer->is_destroyed.exchange(true)) return;
    tracer->tracing->retire();
    tracer->next = destroyed_tracers.load(std::memory_order_relaxed);
    while (!destroyed_tracers.compare_exchange_weak(
        tracer->next, tracer, std::memory_order_release, std::memory_order_relaxed
    )) {}
}

const char* clew_drop_reason_name(uint32_t reason) {
    static constexpr const char* kNames[] = {
        "ring_full",
        "queue_full",
        "too_large",
        "refused",
        "unanswered",
        "at_close",
        "threads",
        "no_memory",
        "in_signal",
        "open_spans",
    };
    return reason < std::size(kNames) ? kNames[reason] : nullptr;
}

const char* clew_breaker_name(uint32_t state) {
    if (state > clew_breaker_half_open) return nullptr;
    return clew::transport::breaker_state_name(static_cast<clew::transport::BreakerState>(state));
}

void clew_tracer_stats(clew_tracer* tracer, clew_stats* stats) {
    if (stats == nullptr) return;
    *stats = clew_stats{};
    if (tracer == nullptr) return;
    const clew::reporter::ReporterCounts counts = tracer->tracing->counts();
    stats->finished = counts.finished();
    stats->sent = counts.sent;
    stats->queued = counts.on_their_way();
    stats->messages_sent = counts.messages_sent;
    stats->messages_failed = counts.messages_failed;
    stats->failures_in_row = static_cast<std::uint32_t>(counts.failures_in_row);
    stats->retries = counts.retries;
    stats->message_bytes = counts.message_bytes;
    stats->written_bytes = counts.written_bytes;
    stats->compression_refused = counts.compression_refused;
    stats->breaker_openings = counts.breaker_openings;
    stats->breaker = static_cast<std::uint32_t>(counts.breaker);
    stats->recovered = counts.tracer.recovered;
    stats->recovery_damaged = counts.tracer.recovery_damaged;
    stats->rings_unfiled = counts.tracer.rings_unfiled;
    stats->headers_malformed = tracer->tracing->malformed_headers();
    add_tracer_drops(counts.tracer, *stats);
    add_reporter_drops(counts, *stats);
}

void clew_tracer_last_error(clew_tracer* tracer, char* text, size_t size) {
    copy_text("", text, size);
    if (tracer == nullptr) return;
    try {
        copy_text(tracer->tracing->last_error(), text, size);
    } catch (...) {
        copy_text("no memory", text, size);
    }
}

const uint32_t* clew_tracer_news(const clew_tracer* tracer) {
    static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
    static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
    if (tracer == nullptr) return nullptr;
    return reinterpret_cast<const std::uint32_t*>(&tracer->tracing->news());
}

const char* clew_tracer_endpoint(const clew_tracer* tracer) {
    return tracer == nullptr ? "" : tracer->tracing->endpoint().c_str();
}

const char* clew_tracer_service_name(const clew_tracer* tracer) {
    return tracer == nullptr ? "" : tracer->tracing->service_name().c_str();
}

const char* clew_version(void) { return CLEW_VERSION; }

void clew_span_start(
    clew_tracer* tracer, clew_span* span, int kind, clew_text name, const clew_context* parent
) {
    start(span, [&] {
        const TraceContext known = from_c(parent);
        if (tracer == nullptr) return Span(known);
        return tracer->tracing->tracer().new_child(known, view(name), kind_of(kind));
    });
}

void clew_span_receive(
    clew_tracer* tracer, clew_span* span, int kind, clew_text name, const clew_context* received
) {
    if (kind != clew_kind_server) return clew_span_start(tracer, span, kind, name, received);
    start(span, [&] {
        const TraceContext known = from_c(received);
        if (tracer == nullptr) return Span(known);
        return tracer->tracing->tracer().join_span(known, view(name), kind_of(kind));
    });
}

void clew_span_receive_request(
    clew_tracer* tracer,
    clew_span* span,
    clew_text name,
    const clew_context* received,
    const clew_request* request
) {
    start(span, [&] {
        const TraceContext known = from_c(received);
        if (tracer == nullptr) return Span(known);
        const clew::tracer::Tracer& recording = tracer->tracing->tracer();
        if (request == nullptr) {
            return recording.join_span(known, view(name), clew::model::Kind::server);
        }
        return recording.join_span(
            known,
            view(name),
            clew::model::Kind::server,
            {view(request->method), view(request->path)}
        );
    });
}

void clew_span_set_name(clew_span* span, clew_text name) {
    if (Span* const known = live(span)) known->name(view(name));
}

void clew_span_tag(clew_span* span, clew_text key, clew_text value) {
    if (Span* const known = live(span)) known->tag(view(key), view(value));
}

void clew_span_annotate(clew_span* span, clew_text value, int64_t at_us) {
    Span* const known = live(span);
    if (known == nullptr) return;
    if (at_us == 0) {
        known->annotate(view(value));
    } else {
        known->annotate(view(value), Microseconds(at_us));
    }
}

void clew_span_error(clew_span* span, clew_text message) {
    if (Span* const known = live(span)) known->error(view(message));
}

void clew_span_remote(clew_span* span, clew_text service_name, clew_text ip, uint16_t port) {
    Span* const known = live(span);
    if (known == nullptr) return;
    if (service_name.size != 0) known->remote_service(view(service_name));
    if (ip.size != 0 || port != 0) known->remote_address(view(ip), port);
}

void clew_span_local(clew_span* span, clew_text ip, uint16_t port) {
    Span* const known = live(span);
    if (known != nullptr && (ip.size != 0 || port != 0)) known->local_address(view(ip), port);
}

void clew_span_begin_at(clew_span* span, int64_t at_us) {
    if (Span* const known = live(span)) known->start(Microseconds(at_us));
}

void clew_span_finish(clew_span* span) {
    if (Span* const known = live(span)) known->finish();
}

void clew_span_finish_at(clew_span* span, int64_t at_us) {
    if (Span* const known = live(span)) known->finish(Microseconds(at_us));
}

void clew_span_abandon(clew_span* span) {
    if (Span* const known = live(span)) known->abandon();
}

void clew_span_orphan(clew_span* span) {
    Span* const known = live(span);
    if (known == nullptr) return;
    const TraceContext context = known->context();
    known->~Span();
    new (known) Span(context);
}

void clew_span_context(const clew_span* span, clew_context* context) {
    const Span* const known = live(span);
    if (context == nullptr) return;
    *context = known == nullptr ? clew_context{} : to_c(known->context());
}

void clew_span_name(const clew_span* span, char* text, size_t size) {
    const Span* const known = live(span);
    copy_text(known == nullptr ? std::string_view() : known->recorded_name(), text, size);
}

int clew_span_is_sampled(const clew_span* span) {
    const Span* const known = live(span);
    return known != nullptr && known->is_recording() ? 1 : 0;
}

}  // extern "C"
