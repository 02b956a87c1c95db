# SPDX-License-Identifier: Apache-2.0
"""What a span must look like after it went through a Zipkin server: the rules of its model, written
a second time and differently, so that a mistake in the C++ ones does not repeat itself here."""

import ipaddress
import json


def normal_span(span):
    trace_id = span["traceId"].rjust(16 if len(span["traceId"]) <= 16 else 32, "0")
    if len(trace_id) == 32 and trace_id.startswith("0" * 16):
        trace_id = trace_id[16:]
    normal = {"traceId": trace_id, "id": span["id"].rjust(16, "0")}
    parent = (span.get("parentId") or "").rjust(16, "0")
    if parent not in ("0" * 16, normal["id"]):
        normal["parentId"] = parent
    for key in ("kind", "name", "timestamp", "duration"):
        value = span.get(key)
        if value:
            normal[key] = value.lower() if key == "name" else value
    for key in ("localEndpoint", "remoteEndpoint"):
        endpoint = normal_endpoint(span.get(key) or {})
        if endpoint:
            normal[key] = endpoint
    annotations = {(a["timestamp"], a["value"]) for a in span.get("annotations") or []}
    if annotations:
        normal["annotations"] = [{"timestamp": t, "value": v} for t, v in sorted(annotations)]
    if span.get("tags"):
        normal["tags"] = {key: str(value) for key, value in sorted(span["tags"].items())}
    if span.get("debug"):
        normal["debug"] = True
    if span.get("shared") and span.get("kind") != "CLIENT":
        normal["shared"] = True
    return normal


def normal_endpoint(endpoint):
    normal = {}
    if endpoint.get("serviceName"):
        normal["serviceName"] = endpoint["serviceName"].lower()
    for key in ("ipv4", "ipv6"):
        family, text = normal_address(endpoint.get(key) or "")
        if family:
            normal[family] = text
    if endpoint.get("port"):
        normal["port"] = endpoint["port"]
    return normal


def normal_address(text):
    """("ipv4" or "ipv6", how it is written), or (None, None) for what is no address.

    Zipkin keeps the text of an IPv4 address as it came, leading zeros included.
    """
    numbers = text.split(".")
    if len(numbers) == 4 and all(n.isdigit() and len(n) < 4 and int(n) < 256 for n in numbers):
        return "ipv4", text
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None, None
    if address.ipv4_mapped:
        return "ipv4", str(address.ipv4_mapped)
    return "ipv6", str(address)


def as_set(spans):
    """Spans without their order and without exact duplicates, comparable and printable."""
    return sorted({json.dumps(span, sort_keys=True) for span in spans})
