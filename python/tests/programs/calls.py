# SPDX-License-Identifier: Apache-2.0
"""Ways in which a service calls another one, and ways in which it starts greenthreads."""

import http.client
import urllib.parse

import eventlet
import eventlet.green.http.client
import eventlet.green.threading
import requests
import urllib3
from eventlet import greenpool, tpool

pool = urllib3.PoolManager(retries=False)


def by_http_client(module, url, headers=None, method="GET"):
    parts = urllib.parse.urlsplit(url)
    connection = module.HTTPConnection(parts.hostname, parts.port, timeout=10)
    target = parts.path + ("?" + parts.query if parts.query else "")
    try:
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def by_abandoning(url):
    """Sends a request and closes the connection without reading the answer."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", parts.path)
    connection.close()
    return "closed"


def by_forwarding(url):
    """An application that passes on trace headers by itself, as before it was traced."""
    headers = {"X-B3-TraceId": "000000000000dead", "X-B3-SpanId": "000000000000beef", "b3": "0"}
    return by_http_client(http.client, url, headers)


def in_two_greenthreads(url):
    """One greenthread sends, another one reads, as Swift does."""
    parts = urllib.parse.urlsplit(url)
    connection = eventlet.green.http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    eventlet.spawn(connection.request, "GET", parts.path).wait()
    status = eventlet.spawn(lambda: connection.getresponse().status).wait()
    connection.close()
    return status


def twice_on_one_connection(url):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    found = []
    for number in (1, 2):
        connection.request("GET", f"{parts.path}/{number}")
        response = connection.getresponse()
        response.read()
        found.append(response.status)
    connection.close()
    return found


WAYS = {
    "requests": lambda url: requests.get(url, timeout=10).status_code,
    "urllib3": lambda url: pool.request("GET", url).status,
    "http.client": lambda url: by_http_client(http.client, url),
    "green": lambda url: by_http_client(eventlet.green.http.client, url),
    "post": lambda url: by_http_client(http.client, url, method="POST"),
    "abandon": by_abandoning,
    "forward": by_forwarding,
    "two greenthreads": in_two_greenthreads,
    "twice": twice_on_one_connection,
}


def all_of(green_threads):
    for green_thread in green_threads:
        green_thread.wait()


def by_spawn_n(child):
    done = [eventlet.Event(), eventlet.Event()]

    def run(number):
        child(number)
        done[number].send()

    for number in (0, 1):
        eventlet.spawn_n(run, number)
    all_of(done)


def by_pool(child):
    green_pool = greenpool.GreenPool()
    for number in (0, 1):
        green_pool.spawn(child, number)
    green_pool.waitall()


def by_pool_n(child):
    green_pool = greenpool.GreenPool()
    for number in (0, 1):
        green_pool.spawn_n(child, number)
    green_pool.waitall()


def by_pile(child):
    pile = greenpool.GreenPile(2)
    for number in (0, 1):
        pile.spawn(child, number)
    list(pile)


def by_thread(child):
    threads = [eventlet.green.threading.Thread(target=child, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


SPAWNS = {
    "spawn": lambda child: all_of([eventlet.spawn(child, n) for n in (0, 1)]),
    "spawn_after": lambda child: all_of([eventlet.spawn_after(0.001, child, n) for n in (0, 1)]),
    "spawn_n": by_spawn_n,
    "GreenPool.spawn": by_pool,
    "GreenPool.spawn_n": by_pool_n,
    "GreenPool.imap": lambda child: list(greenpool.GreenPool().imap(child, (0, 1))),
    "GreenPile": by_pile,
    "threading.Thread": by_thread,
    "tpool": lambda child: [tpool.execute(child, n) for n in (0, 1)],
}
