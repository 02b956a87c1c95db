// SPDX-License-Identifier: Apache-2.0
// /zipkin/dependency?startTime=&endTime=: which services call which, as a map and as a table.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatDuration } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import type { DependencyLink } from '../../core/model';
import { apiUrl, readLinks } from '../../ui/api';
import { FetchStates } from '../../ui/fetch_states';
import { useResource } from '../../ui/resource';
import { navigate, place } from '../../ui/router';
import { zone } from '../../ui/zone';
import { DependencyMap } from './dependency_map';
import { DependencyTable } from './dependency_table';

const kDayMs = 86_400_000;
const kWindows: readonly (readonly [string, number])[] = [
  ['Last hour', 3_600_000],
  ['Last 6 hours', 21_600_000],
  ['Last day', kDayMs],
  ['Last 7 days', 7 * kDayMs],
];

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Zipkin's names; its older page wrote startTs and endTs. Without them: the day until now. */
function rangeOf(search: string): Range {
  const params = new URLSearchParams(search);
  const end = Number(params.get('endTime') ?? params.get('endTs')) || Date.now();
  const start = Number(params.get('startTime') ?? params.get('startTs')) || end - kDayMs;
  return start < end ? { start, end } : { start: end - kDayMs, end };
}

function choose(length: number): void {
  const end = Date.now();
  navigate(`dependency?startTime=${end - length}&endTime=${end}`);
}

function Links({ links }: { readonly links: readonly DependencyLink[] }): JSX.Element {
  if (links.length === 0) {
    return (
      <div class="nothing">
        <h2>No links in this time</h2>
        <p>
          A link appears when two services share a trace. Choose a longer time to look further back.
        </p>
      </div>
    );
  }
  return (
    <>
      <DependencyMap links={links} />
      <DependencyTable links={links} />
    </>
  );
}

export function DependencyPage(): JSX.Element {
  const links = useResource<DependencyLink[]>();
  const { path, search } = place.value;
  useEffect(() => {
    document.title = 'Dependencies · clew';
    if (path !== 'dependency') return;
    const { start, end } = rangeOf(search);
    const query = new URLSearchParams({ endTs: String(end), lookback: String(end - start) });
    links.load(apiUrl('dependencies', query.toString()), readLinks);
  }, [links, path, search]);
  const { start, end } = rangeOf(search);
  return (
    <section class="dependency-page">
      <div class="result-head">
        <h1>Dependencies</h1>
        <span class="muted">
          {formatDuration((end - start) * 1_000)} until {formatMoment(end, zone.value, 's')}
        </span>
        <fieldset class="segments">
          <legend class="visually-hidden">Time</legend>
          {kWindows.map(([name, length]) => (
            <button
              key={name}
              type="button"
              aria-pressed={Math.abs(end - start - length) < 1_000}
              onClick={() => choose(length)}
            >
              {name}
            </button>
          ))}
        </fieldset>
      </div>
      <FetchStates of={links} skeleton={<div class="bone map-bone" />}>
        {(value) => <Links links={value} />}
      </FetchStates>
    </section>
  );
}
