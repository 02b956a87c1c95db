// SPDX-License-Identifier: Apache-2.0
// When, and how many: a window that follows now, or a range with two ends.
import type { JSX } from 'preact';
import { formatTick } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import { kLookbacks, type QueryFaults, spanOfTime } from '../../core/query';
import { Labelled } from '../../ui/labelled';
import { MomentField } from '../../ui/moment_field';
import { zone } from '../../ui/zone';
import type { SearchState } from './search_state';

const kUnitWords = { m: 'minute', h: 'hour', d: 'day' } as const;

export function windowWords(name: string): string {
  const count = Number.parseInt(name, 10);
  const unit = kUnitWords[name.slice(-1) as keyof typeof kUnitWords];
  return count === 1 ? `Last ${unit}` : `Last ${count} ${unit}s`;
}

/** Choosing the range starts from the window that was chosen before, so it never opens empty. */
function chooseWindow(state: SearchState, lookback: string): void {
  const form = state.form.peek();
  if (lookback !== 'range') {
    const millis = lookback === 'millis' ? form.millis : undefined;
    state.set({ lookback, millis, startTs: undefined, endTs: undefined });
    return;
  }
  const { endTs, lookback: length } = spanOfTime(form, Date.now());
  state.set({ lookback, millis: undefined, startTs: endTs - length, endTs });
}

function RangeField(props: {
  readonly state: SearchState;
  readonly name: 'startTs' | 'endTs';
}): JSX.Element {
  const value = props.state.form.value[props.name];
  return (
    <MomentField
      id={`search-${props.name}`}
      value={value}
      onChange={(ms) => props.state.set({ [props.name]: ms })}
    />
  );
}

export function TimeFields(props: {
  readonly state: SearchState;
  readonly faults: QueryFaults;
}): JSX.Element {
  const { state, faults } = props;
  const { lookback, millis, endTs, limit } = state.form.value;
  return (
    <>
      <div class="field-pair time-pair">
        <Labelled id="search-lookback" label="Time">
          <select
            id="search-lookback"
            class="field"
            value={lookback}
            onChange={(event) => chooseWindow(state, event.currentTarget.value)}
          >
            {kLookbacks.map(([name]) => (
              <option key={name} value={name}>
                {windowWords(name)}
              </option>
            ))}
            {millis !== undefined && (
              <option value="millis">Last {formatTick(millis * 1_000)}</option>
            )}
            <option value="range">Custom range</option>
          </select>
        </Labelled>
        <Labelled id="search-limit" label="Limit" fault={faults.limit}>
          <input
            id="search-limit"
            class="field"
            type="number"
            min="1"
            step="1"
            value={limit}
            aria-invalid={faults.limit !== undefined}
            onInput={(event) => state.set({ limit: Number(event.currentTarget.value) })}
          />
        </Labelled>
      </div>
      {lookback === 'range' && (
        <div class="range-pair">
          <Labelled id="search-startTs" label="From" fault={faults.startTs}>
            <RangeField state={state} name="startTs" />
          </Labelled>
          <Labelled id="search-endTs" label="To">
            <RangeField state={state} name="endTs" />
          </Labelled>
        </div>
      )}
      {lookback !== 'range' && endTs !== undefined && (
        <p class="hint">
          Ends at {formatMoment(endTs, zone.value, 's')}{' '}
          <button type="button" class="link" onClick={() => state.set({ endTs: undefined })}>
            follow now
          </button>
        </p>
      )}
    </>
  );
}
