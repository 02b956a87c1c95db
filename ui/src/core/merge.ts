// SPDX-License-Identifier: Apache-2.0
// Joins what belongs to one span: reports that came in pieces, and servers that kept their
// client's id without saying so. Afterwards every (id, shared, endpoint) is there once, the
// trace has one id, and a client half stands directly before its server half.
import { cleanAnnotations, compareText } from './clean';
import type { Endpoint, Span } from './model';

function mergeEndpoint(a: Endpoint | undefined, b: Endpoint | undefined): Endpoint | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return {
    serviceName: a.serviceName ?? b.serviceName,
    ipv4: a.ipv4 ?? b.ipv4,
    ipv6: a.ipv6 ?? b.ipv6,
    port: a.port ?? b.port,
  };
}

/**
 * Field by field: the first value wins, annotations add up, a later tag replaces an earlier
 * one.
 */
export function mergeSpan(a: Span, b: Span): Span {
  return {
    traceId: a.traceId.length >= b.traceId.length ? a.traceId : b.traceId,
    id: a.id,
    parentId: a.parentId ?? b.parentId,
    kind: a.kind ?? b.kind,
    name: a.name ?? b.name,
    timestamp: a.timestamp ?? b.timestamp,
    duration: a.duration ?? b.duration,
    localEndpoint: mergeEndpoint(a.localEndpoint, b.localEndpoint),
    remoteEndpoint: mergeEndpoint(a.remoteEndpoint, b.remoteEndpoint),
    annotations: cleanAnnotations([...(a.annotations ?? []), ...(b.annotations ?? [])]),
    tags: Object.assign(Object.create(null), a.tags, b.tags),
    debug: a.debug ?? b.debug,
    shared: a.shared ?? b.shared,
  };
}

function differ<T>(a: T | undefined, b: T | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function endpointsConflict(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  return (
    differ(a?.serviceName, b?.serviceName) ||
    differ(a?.ipv4, b?.ipv4) ||
    differ(a?.ipv6, b?.ipv6) ||
    differ(a?.port, b?.port)
  );
}

function compareAbsentLast(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareText(a, b);
}

function compareEndpoint(a: Endpoint | undefined, b: Endpoint | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return (
    compareAbsentLast(a.serviceName, b.serviceName) ||
    compareAbsentLast(a.ipv4, b.ipv4) ||
    compareAbsentLast(a.ipv6, b.ipv6)
  );
}

/** Order of joining: by id, shared last, clients first, then endpoint. */
export function compareForMerge(a: Span, b: Span): number {
  const byId = compareText(a.id, b.id) || Number(a.shared === true) - Number(b.shared === true);
  if (byId !== 0) return byId;
  const byKind = a.shared ? 0 : Number(a.kind !== 'CLIENT') - Number(b.kind !== 'CLIENT');
  return byKind || compareEndpoint(a.localEndpoint, b.localEndpoint);
}

/**
 * A client and a server that share an id and an endpoint (a service that calls itself) stay two
 * spans even when neither says `shared`: joined they would lose one of the two durations.
 */
function belongTogether(a: Span, b: Span): boolean {
  return (
    a.id === b.id &&
    a.shared === b.shared &&
    !differ(a.kind, b.kind) &&
    !endpointsConflict(a.localEndpoint, b.localEndpoint)
  );
}

/** One id for all: the first 128-bit one, else the first. */
function canonicalTraceId(spans: readonly Span[]): string {
  return (spans.find((span) => span.traceId.length === 32) ?? spans[0])?.traceId ?? '';
}

export function mergeTrace(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort(compareForMerge);
  const traceId = canonicalTraceId(sorted);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && belongTogether(last, span)) {
      merged[merged.length - 1] = mergeSpan(last, span);
      continue;
    }
    merged.push(span);
  }
  let client: Span | undefined;
  return merged.map((span) => {
    if (client?.id !== span.id) client = undefined;
    const shared =
      span.shared ?? (client !== undefined && span.kind === 'SERVER' ? true : undefined);
    const parentId = span.parentId ?? (shared ? client?.parentId : undefined);
    if (span.kind === 'CLIENT') client = span;
    return { ...span, traceId, shared, parentId };
  });
}

/**
 * Some clients mark even the first span of a trace as shared (eventlet, envoy). When that is the
 * only span without a parent, it is simply the root.
 */
export function clearLoneShared(spans: readonly Span[]): Span[] {
  const parentless = spans.filter((span) => span.parentId === undefined);
  const lone = parentless.length === 1 ? parentless[0] : undefined;
  if (!lone?.shared) return [...spans];
  return spans.map((span) => (span === lone ? { ...span, shared: undefined } : span));
}
