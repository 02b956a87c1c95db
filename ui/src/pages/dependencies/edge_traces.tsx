// SPDX-License-Identifier: Apache-2.0
// The traces behind one link. Zipkin's API has no such search, so the ways to ask are tried, the
// most exact first, and the first that finds a trace becomes the search on screen. An address of
// its own, so that it opens in a new tab and can be sent to others.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { formatRange } from '../../core/instant';
import { type EdgeSearch, edgeSearches, type TimeRange } from '../../core/link_query';
import type { Span } from '../../core/model';
import { apiUrl, config, kConfigDefaults, readTraces } from '../../ui/api';
import { FetchStates } from '../../ui/fetch_states';
import { useResource } from '../../ui/resource';
import { navigate } from '../../ui/router';
import { SpanText } from '../../ui/span_text';
import { zone } from '../../ui/zone';

interface Edge {
  readonly parent: string;
  readonly child: string;
}

function namesOf(search: EdgeSearch): URLSearchParams {
  const params = new URLSearchParams({ serviceName: search.serviceName });
  const { remoteServiceName } = search;
  if (remoteServiceName !== undefined) params.set('remoteServiceName', remoteServiceName);
  return params;
}

/** What the server is asked: one trace is enough to know. */
function askUrl(search: EdgeSearch, range: TimeRange): URL {
  const params = namesOf(search);
  params.set('endTs', String(range.end));
  params.set('lookback', String(range.end - range.start));
  params.set('limit', '1');
  return apiUrl('traces', params.toString());
}

/** The address of the search page that shows what `search` finds in `range`. */
function pageOf(search: EdgeSearch, range: TimeRange): string {
  const params = namesOf(search);
  params.set('lookback', 'range');
  params.set('startTs', String(range.start));
  params.set('endTs', String(range.end));
  params.set('limit', String(config.peek()?.limit ?? kConfigDefaults.limit));
  return `?${params}`;
}

function Looking(props: { readonly edge: Edge; readonly range: TimeRange }): JSX.Element {
  const { edge, range } = props;
  return (
    <section class="notice">
      <h1>
        Traces of <SpanText text={edge.parent} /> → <SpanText text={edge.child} />
      </h1>
      <p class="muted">Searching from {formatRange(range.start, range.end, zone.value)}…</p>
    </section>
  );
}

function Nothing(props: {
  readonly edge: Edge;
  readonly range: TimeRange;
  readonly searches: readonly EdgeSearch[];
}): JSX.Element {
  const { edge, range, searches } = props;
  return (
    <section class="notice">
      <h1>
        No traces of <SpanText text={edge.parent} /> → <SpanText text={edge.child} />
      </h1>
      <p>From {formatRange(range.start, range.end, zone.value)} clew found none of:</p>
      <ul>
        {searches.map(({ words }) => (
          <li key={words}>
            <SpanText text={words} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function EdgeTraces(props: { readonly edge: Edge; readonly range: TimeRange }): JSX.Element {
  const { parent, child } = props.edge;
  const { start, end } = props.range;
  const answer = useResource<Span[][]>();
  const attempt = useSignal(0);
  const searches = useMemo(() => edgeSearches(parent, child), [parent, child]);
  const search = searches[attempt.value];
  useEffect(() => {
    if (search !== undefined) answer.load(askUrl(search, { start, end }), readTraces);
  }, [answer, search, start, end]);
  const state = answer.state.value;
  useEffect(() => {
    if (state.busy || state.value === undefined || state.failure !== undefined) return;
    if (search === undefined) return;
    if (state.value.length > 0) navigate(pageOf(search, { start, end }), 'replace');
    else attempt.value += 1;
  }, [state, search, start, end, attempt]);
  if (search === undefined) {
    return <Nothing edge={props.edge} range={props.range} searches={searches} />;
  }
  const looking = <Looking {...props} />;
  return (
    <FetchStates of={answer} skeleton={looking}>
      {() => looking}
    </FetchStates>
  );
}
