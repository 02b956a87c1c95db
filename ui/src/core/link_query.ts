// SPDX-License-Identifier: Apache-2.0
// The address of the dependency page: Zipkin's own startTime and endTime for a fixed window,
// `lookback` (as in a search) for one that follows now, `find` for a part of the map, and
// `parent` with `child` for the traces behind one link.
import { kLookbacks } from './query';

const kDayMs = 86_400_000;

export interface LinkQuery {
  /** One of `kLookbacks`, or undefined for a fixed window. */
  readonly lookback: string | undefined;
  /** Milliseconds since 1970, of a fixed window. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly find: string;
  /** Both or neither. */
  readonly edge: { readonly parent: string; readonly child: string } | undefined;
}

export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

function momentIn(params: URLSearchParams, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Number(params.get(name) ?? Number.NaN);
    if (Number.isSafeInteger(value) && value > 0) return value;
  }
  return undefined;
}

/** Zipkin's older page wrote startTs and endTs. Without any time: the day until now. */
export function parseLinkQuery(search: string): LinkQuery {
  const params = new URLSearchParams(search);
  const start = momentIn(params, 'startTime', 'startTs');
  const end = momentIn(params, 'endTime', 'endTs');
  const named = kLookbacks.find(([name]) => name === params.get('lookback'))?.[0];
  const isFixed = start !== undefined || end !== undefined;
  const [parent, child] = [params.get('parent'), params.get('child')];
  return {
    lookback: isFixed ? undefined : (named ?? '1d'),
    start,
    end,
    find: params.get('find') ?? '',
    edge: parent && child ? { parent, child } : undefined,
  };
}

/** Of a window with one end the other is a day away, or now. */
export function rangeAt(query: LinkQuery, now: number): TimeRange {
  const length = kLookbacks.find(([name]) => name === query.lookback)?.[1];
  if (length !== undefined) return { start: now - length, end: now };
  const end = query.end ?? now;
  const start = query.start ?? end - kDayMs;
  return start < end ? { start, end } : { start: end - kDayMs, end };
}

export function formatLinkQuery(query: LinkQuery): string {
  const params = new URLSearchParams();
  if (query.lookback !== undefined) params.set('lookback', query.lookback);
  if (query.lookback === undefined && query.start !== undefined) {
    params.set('startTime', String(query.start));
  }
  if (query.lookback === undefined && query.end !== undefined) {
    params.set('endTime', String(query.end));
  }
  if (query.find !== '') params.set('find', query.find);
  if (query.edge !== undefined) {
    params.set('parent', query.edge.parent);
    params.set('child', query.edge.child);
  }
  return params.toString();
}

/** One way to ask for the traces behind a link, and what it finds, in words. */
export interface EdgeSearch {
  readonly serviceName: string;
  readonly remoteServiceName?: string | undefined;
  readonly words: string;
}

/**
 * From the most exact to the last resort. A link may come from a client that names the server, from
 * a server that names its client, or from a parent and child span of which neither names the
 * other; the API has no search for the last, so all traces of the called service stand for it.
 */
export function edgeSearches(parent: string, child: string): readonly EdgeSearch[] {
  return [
    {
      serviceName: parent,
      remoteServiceName: child,
      words: `calls in which ${parent} names ${child} as the other side`,
    },
    {
      serviceName: child,
      remoteServiceName: parent,
      words: `requests in which ${child} names ${parent} as the other side`,
    },
    { serviceName: child, words: `all traces of ${child}` },
    { serviceName: parent, words: `all traces of ${parent}` },
  ];
}
