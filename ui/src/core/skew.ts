// SPDX-License-Identifier: Apache-2.0
// Clocks of two machines differ; a server that seems to start before its client proves it. The
// server never corrects this, the page does, visibly, and can be told not to. Where to is
// Zipkin's rule: the wire took equally long there and back, so the server's bar sits in the middle
// of its client's. When is stricter: a start that is only as much earlier as a clock is coarse
// (milliseconds, for many tracers) proves nothing.
import type { Endpoint, Span } from './model';
import type { TraceNode, TraceTree } from './tree';

export interface ClockShift {
  readonly service: string;
  readonly address: string;
  /** Microseconds the clock is ahead (positive) or behind (negative). */
  readonly aheadUs: number;
}

interface Skew {
  readonly endpoint: Endpoint;
  readonly aheadUs: number;
}

function sameAddress(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.ipv6 !== undefined && a.ipv6 === b.ipv6) return true;
  return a.ipv4 !== undefined && a.ipv4 === b.ipv4;
}

function hasAddress(endpoint: Endpoint | undefined): endpoint is Endpoint {
  return endpoint?.ipv4 !== undefined || endpoint?.ipv6 !== undefined;
}

const kMillisecond = 1_000;

/** Steps of each service's clock in microseconds: 1,000 where every moment it reported is whole. */
export function clockSteps(spans: Iterable<Span>): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  for (const { localEndpoint, timestamp, annotations } of spans) {
    const service = localEndpoint?.serviceName ?? '';
    const isFine = (us: number | undefined) => us !== undefined && us % kMillisecond !== 0;
    if (steps.get(service) === 1) continue;
    const fine = isFine(timestamp) || annotations?.some((each) => isFine(each.timestamp));
    steps.set(service, fine ? 1 : kMillisecond);
  }
  return steps;
}

/**
 * How far `server` runs ahead of `client`; undefined where nothing proves a difference. `step` is
 * the coarser clock's, in microseconds.
 */
export function skewBetween(client: Span, server: Span, step = 1): number | undefined {
  if (client.kind !== 'CLIENT' || server.kind !== 'SERVER') return undefined;
  const sent = client.timestamp;
  const received = server.timestamp;
  if (sent === undefined || received === undefined || received > sent - step) return undefined;
  if (!hasAddress(client.localEndpoint) || !hasAddress(server.localEndpoint)) return undefined;
  if (sameAddress(client.localEndpoint, server.localEndpoint)) return undefined;
  const oneWay = client.duration === undefined || server.duration === undefined;
  if (oneWay || client.duration < server.duration) return received - sent - 1;
  return received - (client.duration - server.duration) / 2 - sent;
}

function movedBy(span: Span, aheadUs: number): Span {
  if (aheadUs === 0 || span.timestamp === undefined) return span;
  return { ...span, timestamp: span.timestamp - aheadUs };
}

/** Sets `skew` on every node. Does nothing without a single root: there is no clock to trust. */
export function findSkew(tree: TraceTree): ClockShift[] {
  const [root] = tree.roots;
  if (root === undefined || tree.roots.length !== 1) return [];
  const shifts = new Map<string, ClockShift>();
  const steps = clockSteps(tree.nodes.map(({ span }) => span));
  const stepOf = (span: Span) => steps.get(span.localEndpoint?.serviceName ?? '') ?? 1;
  const open: { node: TraceNode; skew: Skew | undefined }[] = [{ node: root, skew: undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, skew } = next;
    const corrected = movedBy(node.span, node.skew);
    for (const child of node.children) {
      const here = child.span.localEndpoint;
      const inherited = skew !== undefined && sameAddress(skew.endpoint, here) ? skew.aheadUs : 0;
      const step = Math.max(stepOf(node.span), stepOf(child.span));
      const found = skewBetween(corrected, movedBy(child.span, inherited), step);
      child.skew = inherited + (found ?? 0);
      if (found === undefined || here === undefined || child.orphan) {
        if (child.orphan) child.skew = inherited;
        open.push({ node: child, skew });
        continue;
      }
      open.push({ node: child, skew: { endpoint: here, aheadUs: child.skew } });
      recordShift(shifts, here, child.skew);
    }
  }
  return [...shifts.values()];
}

function recordShift(shifts: Map<string, ClockShift>, endpoint: Endpoint, aheadUs: number): void {
  const service = endpoint.serviceName ?? 'unknown';
  const address = endpoint.ipv4 ?? endpoint.ipv6 ?? '';
  const key = `${service}\n${address}`;
  const known = shifts.get(key);
  if (aheadUs === 0 || Math.abs(known?.aheadUs ?? 0) >= Math.abs(aheadUs)) return;
  shifts.set(key, { service, address, aheadUs });
}
