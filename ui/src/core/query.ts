// SPDX-License-Identifier: Apache-2.0
// The address bar is the search: Zipkin's own parameter names, so links made for Zipkin open the
// same traces here. Parameters we do not know are kept as they are. `sort` is ours.
import { parseDuration } from './duration';
import { kSortOrders, type SortOrder } from './summary';

export const kLookbacks: readonly (readonly [string, number])[] = [
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['30m', 1_800_000],
  ['1h', 3_600_000],
  ['2h', 7_200_000],
  ['3h', 10_800_000],
  ['6h', 21_600_000],
  ['12h', 43_200_000],
  ['1d', 86_400_000],
  ['2d', 172_800_000],
  ['7d', 604_800_000],
];

/** Every text may be '', which means "any". Times are milliseconds since 1970. */
export interface SearchQuery {
  readonly serviceName: string;
  readonly spanName: string;
  readonly remoteServiceName: string;
  readonly annotationQuery: string;
  /** As typed: `250ms`, `1.5s`, or bare microseconds. */
  readonly minDuration: string;
  readonly maxDuration: string;
  /** One of `kLookbacks`, or `range` (startTs to endTs), or `millis` (that long before endTs). */
  readonly lookback: string;
  readonly startTs: number | undefined;
  readonly endTs: number | undefined;
  readonly millis: number | undefined;
  readonly limit: number;
  readonly sort: SortOrder;
  readonly unknown: readonly (readonly [string, string])[];
}

export interface QueryDefaults {
  readonly limit: number;
  readonly lookbackMs: number;
}

export const kQueryDefaults: QueryDefaults = { limit: 10, lookbackMs: 900_000 };

const kTexts = [
  'serviceName',
  'spanName',
  'remoteServiceName',
  'annotationQuery',
  'minDuration',
  'maxDuration',
] as const;
const kNames = new Set(['serviceName', 'spanName', 'remoteServiceName']);
const kNumbers = ['startTs', 'endTs', 'millis'] as const;
const kKnown = new Set<string>([...kTexts, ...kNumbers, 'lookback', 'limit', 'sort']);

function wholeNumber(text: string | null): number | undefined {
  const value = text === null || !/^\d+$/.test(text) ? 0 : Number(text);
  return value > 0 && Number.isSafeInteger(value) ? value : undefined;
}

function textOf(params: URLSearchParams, key: string): string {
  const value = params.get(key) ?? '';
  return kNames.has(key) && value === 'all' ? '' : value;
}

/** The default window: its menu name when it has one, else `millis`. */
function defaultWindow(ms: number): Pick<SearchQuery, 'lookback' | 'millis'> {
  const named = kLookbacks.find(([, length]) => length === ms);
  return named ? { lookback: named[0], millis: undefined } : { lookback: 'millis', millis: ms };
}

type Window = Pick<SearchQuery, 'lookback' | 'startTs' | 'endTs' | 'millis'>;

function windowOf(params: URLSearchParams, defaults: QueryDefaults): Window {
  const lookback = params.get('lookback') ?? '';
  const startTs = wholeNumber(params.get('startTs'));
  const endTs = wholeNumber(params.get('endTs'));
  const millis = wholeNumber(params.get('millis')) ?? wholeNumber(lookback);
  const isRange = lookback === 'range' || lookback === 'custom';
  if (isRange && startTs !== undefined && endTs !== undefined && startTs < endTs) {
    return { lookback: 'range', startTs, endTs, millis: undefined };
  }
  if (kLookbacks.some(([name]) => name === lookback)) {
    return { lookback, startTs: undefined, endTs, millis: undefined };
  }
  if (millis !== undefined) return { lookback: 'millis', startTs: undefined, endTs, millis };
  return { ...defaultWindow(defaults.lookbackMs), startTs: undefined, endTs };
}

export function parseQuery(search: string, defaults = kQueryDefaults): SearchQuery {
  const params = new URLSearchParams(search);
  const sort = kSortOrders.find((order) => order === params.get('sort'));
  return {
    serviceName: textOf(params, 'serviceName'),
    spanName: textOf(params, 'spanName'),
    remoteServiceName: textOf(params, 'remoteServiceName'),
    annotationQuery: textOf(params, 'annotationQuery'),
    minDuration: textOf(params, 'minDuration'),
    maxDuration: textOf(params, 'maxDuration'),
    ...windowOf(params, defaults),
    limit: wholeNumber(params.get('limit')) ?? defaults.limit,
    sort: sort ?? 'newest',
    unknown: [...params].filter(([key]) => !kKnown.has(key)),
  };
}

/**
 * The address of a search, with `lookback` and `limit` always written, as Zipkin's page wants
 * them.
 */
export function formatQuery(query: SearchQuery): string {
  const params = new URLSearchParams();
  for (const key of kTexts) if (query[key] !== '') params.set(key, query[key]);
  params.set('lookback', query.lookback);
  for (const key of kNumbers) if (query[key] !== undefined) params.set(key, String(query[key]));
  params.set('limit', String(query.limit));
  if (query.sort !== 'newest') params.set('sort', query.sort);
  for (const [key, value] of query.unknown) params.append(key, value);
  return params.toString();
}

/** From and to in milliseconds; a window that follows now ends at `now`. */
export function spanOfTime(query: SearchQuery, now: number): { endTs: number; lookback: number } {
  const endTs = query.endTs ?? now;
  if (query.lookback === 'range') return { endTs, lookback: endTs - (query.startTs ?? endTs) };
  const named = kLookbacks.find(([name]) => name === query.lookback)?.[1];
  return { endTs, lookback: named ?? query.millis ?? kQueryDefaults.lookbackMs };
}

/** What the server is asked. A most without a least duration is refused there, so it gets 1 µs. */
export function apiQuery(query: SearchQuery, now: number): string {
  const params = new URLSearchParams();
  for (const key of ['serviceName', 'spanName', 'remoteServiceName', 'annotationQuery'] as const) {
    if (query[key] !== '') params.set(key, query[key]);
  }
  const most = parseDuration(query.maxDuration);
  const least = parseDuration(query.minDuration) ?? (most === undefined ? undefined : 1);
  if (least !== undefined) params.set('minDuration', String(least));
  if (most !== undefined) params.set('maxDuration', String(most));
  const { endTs, lookback } = spanOfTime(query, now);
  params.set('endTs', String(endTs));
  params.set('lookback', String(lookback));
  params.set('limit', String(query.limit));
  return params.toString();
}

export type QueryFaults = Partial<Record<keyof SearchQuery, string>>;

/** What a person must correct before the search can run; no key when all is well. */
export function faultsOf(query: SearchQuery): QueryFaults {
  const faults: QueryFaults = {};
  const least = parseDuration(query.minDuration);
  const most = parseDuration(query.maxDuration);
  const hint = 'A number and its unit, such as 250ms';
  if (query.minDuration.trim() !== '' && least === undefined) faults.minDuration = hint;
  if (query.maxDuration.trim() !== '' && most === undefined) faults.maxDuration = hint;
  if (least !== undefined && most !== undefined && most < least) {
    faults.maxDuration = 'The longest is below the shortest';
  }
  const isRange = query.lookback === 'range';
  if (isRange && (query.startTs === undefined || query.endTs === undefined)) {
    faults.startTs = 'Choose both ends of the range';
  } else if (isRange && (query.startTs ?? 0) >= (query.endTs ?? 0)) {
    faults.startTs = 'The range ends before it starts';
  }
  if (!(Number.isInteger(query.limit) && query.limit > 0)) faults.limit = '1 or more';
  return faults;
}

/** Ways to find more, in words, most promising first. */
export function widenings(query: SearchQuery): string[] {
  const ways: string[] = [];
  if (query.annotationQuery !== '') ways.push(`drop the tag filter “${query.annotationQuery}”`);
  if (query.minDuration !== '' || query.maxDuration !== '') ways.push('drop the duration limits');
  if (query.spanName !== '') ways.push(`allow any span name, not just “${query.spanName}”`);
  if (query.remoteServiceName !== '') ways.push(`allow any remote service`);
  if (query.serviceName !== '') ways.push(`search all services, not just “${query.serviceName}”`);
  ways.push('look further back');
  return ways;
}
