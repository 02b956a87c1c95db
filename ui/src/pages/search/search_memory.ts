// SPDX-License-Identifier: Apache-2.0
// What the search page finds again on the way back, by history entry: the list as it was (in
// memory, bounded), and where one was in it with the unsent form (also after a reload).
import type { SearchQuery } from '../../core/query';
import { keepOverReload, takeKeptOverReload } from '../../ui/router';
import type { Found } from './read_results';

/** Lists kept at once; the oldest leaves. */
export const kKeptMax = 10;

export interface Spot {
  /** Of the page, in pixels. */
  readonly scroll: number;
  /** The row where the focus was, or that was opened. */
  readonly traceId: string | undefined;
  readonly form: SearchQuery;
}

export interface KeptList {
  readonly found: Found;
  readonly askedAt: number;
}

const lists = new Map<string, KeptList & Spot>();

export function keep(key: string, spot: Spot, list: KeptList | undefined): void {
  keepOverReload(key, spot);
  lists.delete(key);
  if (list !== undefined) lists.set(key, { ...list, ...spot });
  const oldest = lists.keys().next();
  if (lists.size > kKeptMax && !oldest.done) lists.delete(oldest.value);
}

function spotIn(kept: unknown): Spot | undefined {
  const spot = kept as Partial<Spot> | null | undefined;
  const isSpot = typeof spot?.scroll === 'number' && typeof spot.form?.serviceName === 'string';
  return isSpot ? (spot as Spot) : undefined;
}

/** Gives back once: after that the entry is as any other. */
export function takeKept(key: string): (Spot & Partial<KeptList>) | undefined {
  const left = spotIn(takeKeptOverReload(key));
  const kept = lists.get(key) ?? left;
  lists.delete(key);
  return kept;
}
