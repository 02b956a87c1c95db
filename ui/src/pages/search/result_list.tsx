// SPDX-License-Identifier: Apache-2.0
// What was found: one line a trace, each an ordinary link.
import type { JSX } from 'preact';
import { formatCount, formatDuration } from '../../core/duration';
import { formatAge, formatClock, formatDay, formatMoment } from '../../core/instant';
import { formatQuery, spanOfTime, widenings } from '../../core/query';
import { kSortOrders, type SortOrder, type Summary, sortSummaries } from '../../core/summary';
import { Icon } from '../../ui/icons';
import { now } from '../../ui/now';
import { navigate } from '../../ui/router';
import { ServiceChip, ServiceMark } from '../../ui/service_chip';
import { zone } from '../../ui/zone';
import type { SearchState } from './search_state';

const kChipsMax = 6;
const kOrderWords: Readonly<Record<SortOrder, string>> = {
  newest: 'Newest',
  longest: 'Longest',
  shortest: 'Shortest',
  spans: 'Most spans',
};

const kLastSevenDays = {
  lookback: '7d',
  startTs: undefined,
  endTs: undefined,
  millis: undefined,
} as const;

function StartCell({ startUs }: { readonly startUs: number | undefined }): JSX.Element {
  if (startUs === undefined) return <span class="result-start muted">no start</span>;
  const ms = startUs / 1_000;
  return (
    <span class="result-start" title={formatMoment(ms, zone.value)}>
      <span class="result-clock">{formatClock(ms, zone.value)}</span>
      <span class="result-age">
        {now.value - ms > 72_000_000 ? formatDay(ms, zone.value) : formatAge(ms, now.value)}
      </span>
    </span>
  );
}

function Services({ row }: { readonly row: Summary }): JSX.Element {
  const rest = row.services.length - kChipsMax;
  return (
    <span class="result-services">
      {row.services.slice(0, kChipsMax).map(([service, count]) => (
        <ServiceChip
          key={service}
          service={service}
          title={
            count === 0 ? `${service} (reported no spans itself)` : `${service}: ${count} spans`
          }
        />
      ))}
      {rest > 0 && <span class="chip-rest">+{rest}</span>}
    </span>
  );
}

function ResultRow(props: { readonly row: Summary; readonly longest: number }): JSX.Element {
  const { row, longest } = props;
  const share = longest > 0 ? Math.max((row.duration / longest) * 100, 0.5) : 0;
  return (
    <li>
      <a class="result" href={`traces/${row.traceId}`}>
        <StartCell startUs={row.start} />
        <span class="result-root">
          <ServiceMark service={row.service} />
          <span class="result-title">
            <b>{row.service}</b>
            {row.name !== '' && <span class="result-name">{row.name}</span>}
          </span>
          {row.rootMissing && (
            <span class="warning-mark" title="The root span of this trace is missing">
              ▲<span class="visually-hidden">root missing</span>
            </span>
          )}
        </span>
        <Services row={row} />
        <span class="result-errors">
          {row.failures > 0 && (
            <span class="error-count">
              ✕ {row.failures}
              <span class="visually-hidden"> failed spans</span>
            </span>
          )}
        </span>
        <span class="result-spans">
          {formatCount(row.spanCount)}{' '}
          <span class="unit">{row.spanCount === 1 ? 'span' : 'spans'}</span>
        </span>
        <span class="result-duration">
          <span class="meter">
            <span class="meter-fill" style={{ width: `${share}%` }} />
          </span>
          <span class="result-length">{formatDuration(row.duration)}</span>
        </span>
      </a>
    </li>
  );
}

function SortControl({ state }: { readonly state: SearchState }): JSX.Element {
  const choose = (sort: SortOrder) => {
    navigate(`?${formatQuery({ ...state.asked.value, sort })}`, 'replace');
  };
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Sort by</legend>
      {kSortOrders.map((order) => (
        <button
          key={order}
          type="button"
          aria-pressed={state.asked.value.sort === order}
          onClick={() => choose(order)}
        >
          {kOrderWords[order]}
        </button>
      ))}
    </fieldset>
  );
}

function NothingFound({ state }: { readonly state: SearchState }): JSX.Element {
  const { endTs, lookback } = spanOfTime(state.asked.value, state.askedAt.value);
  return (
    <div class="nothing">
      <h2>No traces match</h2>
      <p>
        clew looked from <time>{formatMoment(endTs - lookback, zone.value, 's')}</time> to{' '}
        <time>{formatMoment(endTs, zone.value, 's')}</time>. To find more:
      </p>
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

export function ResultList(props: {
  readonly state: SearchState;
  readonly rows: readonly Summary[];
}): JSX.Element {
  const { state, rows } = props;
  if (rows.length === 0) return <NothingFound state={state} />;
  const { limit, sort } = state.asked.value;
  const longest = rows.reduce((most, row) => Math.max(most, row.duration), 0);
  const more = { ...state.asked.value, limit: limit * 5 };
  return (
    <section aria-label="Results">
      <div class="result-head">
        <h2>
          {rows.length} {rows.length === 1 ? 'trace' : 'traces'}
        </h2>
        <button
          type="button"
          class="icon-button"
          title="Search again"
          aria-label="Search again"
          onClick={() => state.run()}
        >
          <Icon name="reload" />
        </button>
        <SortControl state={state} />
      </div>
      <ol class="results">
        {sortSummaries(rows, sort).map((row) => (
          <ResultRow key={row.traceId} row={row} longest={longest} />
        ))}
      </ol>
      {rows.length >= limit && (
        <p class="limit-note">
          These are the newest {rows.length} that match; there may be more.{' '}
          <a href={`?${formatQuery(more)}`}>Show up to {more.limit}</a>
        </p>
      )}
    </section>
  );
}
