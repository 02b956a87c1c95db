# SPDX-License-Identifier: Apache-2.0
"""Messages over HTTP are compressed when that is worth it, and a collector that does not know gzip
loses nothing. Method: two hundred spans in one message, a collector that remembers what came.
"""

import clew_serve

import clew

SPANS = 200


def record(endpoint, **options):
    """Sends spans; (the tracer's numbers, the spans' ids)."""
    tracer = clew.Tracer("tested", endpoint, ignore_environment=True, **options)
    ids = []
    for number in range(SPANS):
        with tracer.start("work") as span:
            span.tag("http.path", f"/v1/account/container/object-{number}")
            ids.append(span.span_id)
    assert tracer.flush(20)
    return tracer.stats(), ids


def ids_of(spans):
    return sorted(span["id"] for span in spans)


def test_what_is_large_is_compressed(http_collector):
    stats, ids = record(http_collector.endpoint)
    assert ids_of(http_collector.spans()) == sorted(ids)
    assert "gzip" in http_collector.encodings
    assert stats["message_bytes"] > 3 * stats["written_bytes"] > 0
    assert stats["compression_refused"] == 0


def test_what_is_small_goes_as_it_is(http_collector):
    tracer = clew.Tracer("tested", http_collector.endpoint, ignore_environment=True)
    tracer.start("work").finish()
    assert tracer.flush(20)
    assert http_collector.encodings == [None]


def test_nothing_is_compressed_on_request(http_collector):
    stats, _ = record(http_collector.endpoint, gzip=False)
    assert set(http_collector.encodings) == {None}
    assert stats["message_bytes"] == stats["written_bytes"] > 0


def test_a_collector_that_does_not_know_gzip_gets_every_span_once(http_collector):
    http_collector.knows_gzip = False
    stats, ids = record(http_collector.endpoint)
    assert ids_of(http_collector.spans()) == sorted(ids)
    assert http_collector.encodings.count("gzip") == 1
    assert stats["compression_refused"] == 1
    assert stats["sent"] == SPANS


def test_clew_serve_takes_what_is_compressed(serve):
    api, _ = serve
    stats, ids = record(f"{api}/spans")
    found = clew_serve.ask(api, "/traces?limit=1000&serviceName=tested")
    assert stats["message_bytes"] > 3 * stats["written_bytes"] > 0
    assert ids_of(span for trace in found for span in trace) == sorted(ids)
