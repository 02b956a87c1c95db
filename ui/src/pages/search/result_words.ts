// SPDX-License-Identifier: Apache-2.0
// What may be said of a list that holds only a part of what matches: never that its longest is the
// longest.
import { formatBytes } from '../../core/bytes';
import { formatCount } from '../../core/duration';
import { kLookbacks, type SearchQuery } from '../../core/query';
import type { SortOrder } from '../../core/summary';
import { type CutReason, type Found, kAnswerBytesMax } from './read_results';

export const kOrderWords: Readonly<Record<SortOrder, string>> = {
  newest: 'Newest',
  longest: 'Longest',
  shortest: 'Shortest',
  spans: 'Most spans',
  errors: 'Most errors',
};

/** Whether more traces may match than were read. */
export function isPartOfAll({ rows, cut }: Found, limit: number): boolean {
  return cut !== undefined || rows.length >= limit;
}

export function traceCount(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'trace' : 'traces'}`;
}

/** `Longest of these 10`, where others that match were not read. */
export function orderWords(order: SortOrder, count: number, isPart: boolean): string {
  const word = kOrderWords[order];
  return isPart && order !== 'newest' ? `${word} of these ${formatCount(count)}` : word;
}

/** Why the list is shorter than the answer. */
export function cutWords(cut: CutReason, count: number, words?: string): string {
  const kept = count === 0 ? 'before its first trace was complete' : `after ${traceCount(count)}`;
  if (cut === 'size') {
    const most = formatBytes(kAnswerBytesMax);
    return `The answer is larger than ${most}. The page stopped reading it ${kept}.`;
  }
  if (cut === 'stopped') return `You stopped the search ${kept}.`;
  if (cut === 'silent') return `Nothing more came from clew ${kept}. The rest is missing.`;
  // Inside our sentence, so without a capital and a full stop of its own.
  const part = words?.replace(/^./, (first) => first.toLowerCase()).replace(/\.$/, '');
  const said = part === undefined ? '' : ` (${part})`;
  return `The answer broke off ${kept}${said}. The rest is missing.`;
}

const kRoundLimits = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** The largest round limit that would have been read whole; undefined when not even one was. */
export function smallerLimit(count: number, limit: number): number | undefined {
  return kRoundLimits.findLast((each) => each <= count && each < limit);
}

export interface NarrowWindow {
  readonly query: SearchQuery;
  readonly name: string;
}

/** The next shorter window that ends at the same moment; undefined at the shortest. */
export function narrowerWindow(query: SearchQuery, lookbackMs: number): NarrowWindow | undefined {
  const named = kLookbacks.findLast(([, length]) => length < lookbackMs);
  if (named === undefined) return undefined;
  const [name] = named;
  return { query: { ...query, lookback: name, startTs: undefined, millis: undefined }, name };
}
