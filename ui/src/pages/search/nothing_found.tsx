// SPDX-License-Identifier: Apache-2.0
// A search without results: where clew looked, and what to change.
import type { JSX } from 'preact';
import { formatRange } from '../../core/instant';
import { formatQuery, spanOfTime, widenings } from '../../core/query';
import { zone } from '../../ui/zone';
import type { SearchState } from './search_state';

const kLastSevenDays = {
  lookback: '7d',
  startTs: undefined,
  endTs: undefined,
  millis: undefined,
} as const;

export function NothingFound({ state }: { readonly state: SearchState }): JSX.Element {
  const { endTs, lookback } = spanOfTime(state.asked.value, state.askedAt.value);
  return (
    <div class="nothing">
      <h2>No traces match</h2>
      <p>clew looked from {formatRange(endTs - lookback, endTs, zone.value)}. To find more:</p>
      <ul>
        {widenings(state.asked.value).map((way) => (
          <li key={way}>{way}</li>
        ))}
      </ul>
      <a class="button" href={`?${formatQuery({ ...state.asked.value, ...kLastSevenDays })}`}>
        Search the last 7 days
      </a>
    </div>
  );
}
