// SPDX-License-Identifier: Apache-2.0
// First step from raw spans to a trace: what the server returns is exactly what applications sent,
// so ids are padded, empty words dropped and repeated annotations removed before anything is joined
// (Zipkin's own page does the same, in the same order). Never throws: a field of the wrong type is
// treated as absent, because one odd span must not hide the rest of a trace.
import type { Annotation, Endpoint, Kind, Span } from './model';

const kKinds: ReadonlySet<string> = new Set(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']);

/** Pads a span id to 16 digits; undefined for what is no id, or all zeros. */
export function normalSpanId(id: unknown): string | undefined {
  if (typeof id !== 'string' || id === '' || /^0+$/.test(id)) return undefined;
  return id.padStart(16, '0');
}

/** Pads a trace id to 16 or 32 digits; 16 leading zeros of a 32-digit id are cut. */
export function normalTraceId(id: string): string {
  const padded = id.padStart(id.length > 16 ? 32 : 16, '0');
  return padded.length === 32 && padded.startsWith('0'.repeat(16)) ? padded.slice(16) : padded;
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** 100,000,000 days from 1970, the last moment a Date can hold; what lies beyond is no time. */
const kMomentMax = 8_640_000_000_000_000_000;

function moment(value: unknown): number | undefined {
  const us = amount(value);
  return us !== undefined && us <= kMomentMax ? us : undefined;
}

function cleanEndpoint(endpoint: Endpoint | undefined): Endpoint | undefined {
  if (endpoint === undefined || endpoint === null) return undefined;
  const serviceName = word(endpoint.serviceName);
  const ipv4 = word(endpoint.ipv4);
  const ipv6 = word(endpoint.ipv6);
  const port = amount(endpoint.port);
  if (serviceName === undefined && ipv4 === undefined && ipv6 === undefined && port === undefined) {
    return undefined;
  }
  return { serviceName, ipv4, ipv6, port };
}

/** Sorted by time, then text; exact repeats once. */
export function cleanAnnotations(annotations: readonly Annotation[] | undefined): Annotation[] {
  if (!Array.isArray(annotations) || annotations.length === 0) return [];
  const sorted = annotations
    .filter((each) => moment(each?.timestamp) !== undefined && typeof each.value === 'string')
    .map((each) => ({ timestamp: each.timestamp, value: each.value }))
    .sort((a, b) => a.timestamp - b.timestamp || compareText(a.value, b.value));
  return sorted.filter((each, index) => {
    const last = sorted[index - 1];
    return last === undefined || last.timestamp !== each.timestamp || last.value !== each.value;
  });
}

function cleanTags(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const clean: Record<string, string> = Object.create(null);
  if (tags === undefined || tags === null) return clean;
  for (const key of Object.keys(tags)) clean[key] = String(tags[key]);
  return clean;
}

export function cleanSpan(span: Span): Span | undefined {
  const id = normalSpanId(span?.id);
  if (id === undefined || typeof span.traceId !== 'string') return undefined;
  const parentId = normalSpanId(span.parentId);
  const name = word(span.name);
  const kind = kKinds.has(span.kind ?? '') ? (span.kind as Kind) : undefined;
  return {
    traceId: normalTraceId(span.traceId),
    id,
    parentId: parentId === id ? undefined : parentId,
    kind,
    name: name === 'unknown' ? undefined : name,
    timestamp: moment(span.timestamp),
    duration: amount(span.duration),
    localEndpoint: cleanEndpoint(span.localEndpoint),
    remoteEndpoint: cleanEndpoint(span.remoteEndpoint),
    annotations: cleanAnnotations(span.annotations),
    tags: cleanTags(span.tags),
    debug: span.debug === true ? true : undefined,
    shared: span.shared === true && kind !== 'CLIENT' ? true : undefined,
  };
}

export function cleanSpans(spans: readonly Span[]): Span[] {
  const clean: Span[] = [];
  for (const span of spans) {
    const one = cleanSpan(span);
    if (one !== undefined) clean.push(one);
  }
  return clean;
}

/** Byte-like order, the same on every machine (localeCompare is not). */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Spans as received, by their padded ids; those without one under undefined. */
export function spansById(spans: readonly Span[]): ReadonlyMap<string | undefined, Span[]> {
  const byId = new Map<string | undefined, Span[]>();
  for (const span of spans) {
    const id = normalSpanId(span?.id);
    const known = byId.get(id);
    if (known === undefined) byId.set(id, [span]);
    else known.push(span);
  }
  return byId;
}
