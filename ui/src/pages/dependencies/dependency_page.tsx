// SPDX-License-Identifier: Apache-2.0
// /zipkin/dependency?startTime=&endTime=: which services call which, as a map and as a table. With
// `lookback` instead the window follows now: it ends when it is asked, and the words over it are
// of that very window.
import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatCount } from '../../core/duration';
import { formatRange } from '../../core/instant';
import {
  formatLinkQuery,
  type LinkQuery,
  parseLinkQuery,
  rangeAt,
  type TimeRange,
} from '../../core/link_query';
import { linksAround } from '../../core/links';
import type { DependencyLink } from '../../core/model';
import { apiUrl, readLinks } from '../../ui/api';
import { FetchStates } from '../../ui/fetch_states';
import { Icon } from '../../ui/icons';
import { useResource } from '../../ui/resource';
import { navigate, place } from '../../ui/router';
import { zone } from '../../ui/zone';
import { DependencyMap } from './dependency_map';
import { DependencyTable } from './dependency_table';
import { EdgeTraces } from './edge_traces';
import { WindowControl } from './window_control';

function FindBox(props: { readonly query: LinkQuery; readonly count: string }): JSX.Element {
  const { query, count } = props;
  return (
    <div class="link-find">
      <input
        class="field"
        type="search"
        placeholder="Find a service"
        aria-label="Find a service"
        autocomplete="off"
        spellcheck={false}
        value={query.find}
        onInput={(event) => {
          const find = event.currentTarget.value;
          navigate(`dependency?${formatLinkQuery({ ...query, find })}`, 'replace');
        }}
      />
      <span class="muted" role="status">
        {count}
      </span>
    </div>
  );
}

function counted(part: number, whole: number): string {
  const links = whole === 1 ? 'link' : 'links';
  return part === whole
    ? `${formatCount(whole)} ${links}`
    : `${formatCount(part)} of ${formatCount(whole)} ${links}`;
}

function Links(props: {
  readonly links: readonly DependencyLink[];
  readonly query: LinkQuery;
  readonly range: TimeRange;
}): JSX.Element {
  const { links, query, range } = props;
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
  const shown = linksAround(links, query.find);
  const fixed = { ...query, lookback: undefined, ...range };
  return (
    <>
      <FindBox query={query} count={counted(shown.length, links.length)} />
      {shown.length === 0 ? (
        <p class="link-note">No service here has “{query.find.trim()}” in its name.</p>
      ) : (
        <>
          <DependencyMap links={shown} query={query} fixed={fixed} />
          <DependencyTable links={shown} fixed={fixed} />
        </>
      )}
    </>
  );
}

function Head(props: {
  readonly query: LinkQuery;
  readonly range: TimeRange;
  readonly onReload: () => void;
}): JSX.Element {
  const { query, range } = props;
  return (
    <div class="result-head">
      <h1>Dependencies</h1>
      <button
        type="button"
        class="icon-button"
        title="Fetch again"
        aria-label="Fetch again"
        onClick={props.onReload}
      >
        <Icon name="reload" />
      </button>
      <span class="muted link-range">{formatRange(range.start, range.end, zone.value)}</span>
      <WindowControl query={query} range={range} />
    </div>
  );
}

/** The window that was asked last: a window that follows now ends at the moment of asking. */
function useLinks(query: LinkQuery, asked: Signal<TimeRange>) {
  const links = useResource<DependencyLink[]>();
  const load = () => {
    const range = rangeAt(query, Date.now());
    asked.value = range;
    const { start, end } = range;
    const params = new URLSearchParams({ endTs: String(end), lookback: String(end - start) });
    links.load(apiUrl('dependencies', params.toString()), readLinks);
  };
  const isHere = place.value.path === 'dependency' && query.edge === undefined;
  const { lookback, start, end } = query;
  // A new word to find asks the server nothing.
  useEffect(() => {
    if (isHere) load();
  }, [isHere, lookback, start, end]);
  return { links, load };
}

export function DependencyPage(): JSX.Element {
  const query = parseLinkQuery(place.value.search);
  const asked = useSignal<TimeRange>(rangeAt(query, Date.now()));
  const { links, load } = useLinks(query, asked);
  useEffect(() => {
    document.title = 'Dependencies · clew';
  }, []);
  if (query.edge !== undefined) {
    return <EdgeTraces edge={query.edge} range={rangeAt(query, asked.value.end)} />;
  }
  return (
    <section class="dependency-page">
      <Head query={query} range={asked.value} onReload={load} />
      <FetchStates of={links} skeleton={<div class="bone map-bone" />}>
        {(value) => <Links links={value} query={query} range={asked.value} />}
      </FetchStates>
    </section>
  );
}
