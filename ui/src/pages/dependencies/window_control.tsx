// SPDX-License-Identifier: Apache-2.0
// Which time the links are of: one that follows now, or a range with two ends.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatLinkQuery, type LinkQuery, type TimeRange } from '../../core/link_query';
import { Labelled } from '../../ui/labelled';
import { MomentField } from '../../ui/moment_field';
import { navigate } from '../../ui/router';

const kWindows: readonly (readonly [string, string])[] = [
  ['1 hour', '1h'],
  ['6 hours', '6h'],
  ['1 day', '1d'],
  ['7 days', '7d'],
];

function go(query: LinkQuery): void {
  navigate(`dependency?${formatLinkQuery(query)}`);
}

function RangeForm(props: { readonly query: LinkQuery; readonly range: TimeRange }): JSX.Element {
  const { query, range } = props;
  const start = useSignal<number | undefined>(range.start);
  const end = useSignal<number | undefined>(range.end);
  const fault = useSignal<string | undefined>(undefined);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const [from, to] = [start.value, end.value];
    if (from === undefined || to === undefined) fault.value = 'Choose both ends of the range';
    else if (from >= to) fault.value = 'The range ends before it starts';
    else go({ ...query, lookback: undefined, start: from, end: to });
  };
  return (
    <form class="link-window" aria-label="Time range" onSubmit={submit} noValidate>
      <Labelled id="link-start" label="From" fault={fault.value}>
        <MomentField
          id="link-start"
          value={start.value}
          onChange={(ms) => {
            start.value = ms;
          }}
        />
      </Labelled>
      <Labelled id="link-end" label="To">
        <MomentField
          id="link-end"
          value={end.value}
          onChange={(ms) => {
            end.value = ms;
          }}
        />
      </Labelled>
      <button type="submit" class="button primary">
        Show
      </button>
    </form>
  );
}

export function WindowControl(props: {
  readonly query: LinkQuery;
  readonly range: TimeRange;
}): JSX.Element {
  const { query, range } = props;
  const isFixed = query.lookback === undefined;
  const isOpen = useSignal(false);
  const { start, end } = range;
  return (
    <>
      <fieldset class="segments">
        <legend class="visually-hidden">Time until now</legend>
        {kWindows.map(([words, lookback]) => (
          <button
            key={lookback}
            type="button"
            aria-pressed={query.lookback === lookback}
            title={`The last ${words}, until now`}
            onClick={() => {
              isOpen.value = false;
              go({ ...query, lookback, start: undefined, end: undefined });
            }}
          >
            {words}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={isFixed}
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          Range…
        </button>
      </fieldset>
      {isOpen.value && <RangeForm key={`${start}-${end}`} query={query} range={range} />}
    </>
  );
}
