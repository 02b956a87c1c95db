// SPDX-License-Identifier: Apache-2.0
// One line of the result list. No tree is built for it (a list of big traces must stay cheap): the
// root is the earliest span that says it has no parent.
import { cleanSpan, compareText } from './clean';
import { mergeTrace } from './merge';
import { endOf, hasFailed, type Span, serviceOf } from './model';

export interface Summary {
  readonly traceId: string;
  /** Microseconds since 1970; undefined when no span has a start. */
  readonly start: number | undefined;
  readonly duration: number;
  readonly service: string;
  readonly name: string;
  readonly rootMissing: boolean;
  readonly spanCount: number;
  /** Name and number of spans, most spans first; names known only from the other side count 0. */
  readonly services: readonly (readonly [string, number])[];
  readonly failures: number;
}

export type SortOrder = 'newest' | 'longest' | 'shortest' | 'spans' | 'errors';
export const kSortOrders: readonly SortOrder[] = [
  'newest',
  'longest',
  'shortest',
  'spans',
  'errors',
];

const kNoTags = {};
const kFailed = { error: '' };

/** Without what no line shows: most of a span is its tags and annotations. */
function slimmed(spans: readonly Span[]): Span[] {
  const slim: Span[] = [];
  for (const span of spans) {
    if (span === null || typeof span !== 'object') continue;
    const tags = span.tags && hasFailed(span) ? kFailed : kNoTags;
    const one = cleanSpan({ ...span, annotations: undefined, tags });
    if (one !== undefined) slim.push(one);
  }
  return slim;
}

function isEarlier(a: Span, b: Span | undefined): boolean {
  if (b === undefined) return true;
  return (a.timestamp ?? Number.POSITIVE_INFINITY) < (b.timestamp ?? Number.POSITIVE_INFINITY);
}

function pickRoot(spans: readonly Span[]): { root: Span | undefined; rootMissing: boolean } {
  let parentless: Span | undefined;
  let earliest: Span | undefined;
  for (const span of spans) {
    if (isEarlier(span, earliest)) earliest = span;
    if (span.parentId === undefined && isEarlier(span, parentless)) parentless = span;
  }
  return { root: parentless ?? earliest, rootMissing: parentless === undefined };
}

function countServices(spans: readonly Span[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { localEndpoint, remoteEndpoint } of spans) {
    const local = localEndpoint?.serviceName;
    const remote = remoteEndpoint?.serviceName;
    if (local !== undefined) counts.set(local, (counts.get(local) ?? 0) + 1);
    if (remote !== undefined) counts.set(remote, counts.get(remote) ?? 0);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b));
}

/** Undefined for a trace without a usable span. */
export function summarise(raw: readonly Span[]): Summary | undefined {
  const spans = mergeTrace(slimmed(raw));
  const { root, rootMissing } = pickRoot(spans);
  if (root === undefined) return undefined;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    start = Math.min(start, span.timestamp ?? Number.POSITIVE_INFINITY);
    end = Math.max(end, endOf(span) ?? Number.NEGATIVE_INFINITY);
  }
  return {
    traceId: root.traceId,
    start: start <= end ? start : undefined,
    duration: start <= end ? end - start : 0,
    service: serviceOf(root),
    name: root.name ?? '',
    rootMissing,
    spanCount: spans.length,
    services: countServices(spans),
    failures: spans.filter(hasFailed).length,
  };
}

const kCompare: Readonly<Record<SortOrder, (a: Summary, b: Summary) => number>> = {
  newest: (a, b) => (b.start ?? 0) - (a.start ?? 0),
  longest: (a, b) => b.duration - a.duration,
  shortest: (a, b) => a.duration - b.duration,
  spans: (a, b) => b.spanCount - a.spanCount,
  errors: (a, b) => b.failures - a.failures,
};

export function sortSummaries(rows: readonly Summary[], order: SortOrder): Summary[] {
  return [...rows].sort((a, b) => kCompare[order](a, b) || compareText(a.traceId, b.traceId));
}

/** Rows that have the text in a name or in their trace id; case makes no difference. */
export function matchingSummaries(rows: readonly Summary[], text: string): readonly Summary[] {
  const part = text.trim().toLowerCase();
  if (part === '') return rows;
  const has = (name: string) => name.toLowerCase().includes(part);
  return rows.filter(
    (row) =>
      has(`${row.service}: ${row.name}`) ||
      row.traceId.includes(part) ||
      row.services.some(([service]) => has(service)),
  );
}
