// SPDX-License-Identifier: Apache-2.0
// From a tag of one span to the search for traces that have it too.
import { formatQuery, kLookbacks, parseQuery } from './query';

/** Longer values do not fit an address, nor does anybody look for them. */
const kValueMax = 500;
const kHourMs = 3_600_000;

/**
 * Zipkin's annotationQuery: conditions joined by ` and `, so a value with that word in it cannot be
 * asked for; only its key can.
 */
function conditionOf(key: string, value: string): string | undefined {
  const isAsked = (text: string) => text !== '' && !/ and /.test(` ${text} `);
  if (!isAsked(key) || key.includes('=') || key !== key.trim()) return undefined;
  const exact = value === value.trim() && isAsked(value) && value.length <= kValueMax;
  return exact ? `${key}=${value}` : key;
}

export interface TagSearch {
  /** Below the base, as an href. */
  readonly href: string;
  /** False: the search asks only whether the key is there. */
  readonly exact: boolean;
}

/**
 * Around now when the trace is recent, so that newer ones are found too; else an hour on each side
 * of it. `startMs` is the trace's start, 0 when it has none. Undefined where the search language
 * has no words for the key.
 */
export function tagSearch(
  tag: { readonly service: string; readonly key: string; readonly value: string },
  startMs: number,
  now: number,
): TagSearch | undefined {
  const annotationQuery = conditionOf(tag.key, tag.value);
  if (annotationQuery === undefined) return undefined;
  const age = startMs > 0 ? Math.max(now - startMs, 0) : 0;
  const recent = kLookbacks.find(([, length]) => length >= Math.max(age * 1.1, kHourMs));
  const query = {
    ...parseQuery(''),
    serviceName: tag.service === 'unknown' ? '' : tag.service,
    annotationQuery,
    ...(recent === undefined
      ? { lookback: 'range', startTs: startMs - kHourMs, endTs: startMs + kHourMs }
      : { lookback: recent[0] }),
  };
  return { href: `.?${formatQuery(query)}`, exact: annotationQuery !== tag.key };
}
