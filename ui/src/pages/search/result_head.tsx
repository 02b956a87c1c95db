// SPDX-License-Identifier: Apache-2.0
// Above the list: how many, in which order, and what the list leaves out.
import type { JSX } from 'preact';
import { formatCount } from '../../core/duration';
import { formatQuery, type SearchQuery, spanOfTime } from '../../core/query';
import { kSortOrders, type SortOrder } from '../../core/summary';
import { Icon } from '../../ui/icons';
import { kListRowsMax } from '../../ui/virtual_list';
import type { Found } from './read_results';
import {
  cutWords,
  isPartOfAll,
  kOrderWords,
  narrowerWindow,
  orderWords,
  smallerLimit,
  traceCount,
} from './result_words';
import { chooseOrder } from './search_keys';
import type { SearchState } from './search_state';
import { windowWords } from './time_fields';

interface HeadProps {
  readonly state: SearchState;
  readonly found: Found;
}

/** ` of these 10`, where the words say so. */
function partWords(words: string, order: SortOrder): string {
  return words.slice(kOrderWords[order].length);
}

function SortControl({ state, found }: HeadProps): JSX.Element {
  const { sort, limit } = state.asked.value;
  const isPart = isPartOfAll(found, limit);
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Order</legend>
      {kSortOrders.map((order) => {
        const words = orderWords(order, found.rows.length, isPart);
        return (
          <button
            key={order}
            type="button"
            aria-pressed={sort === order}
            aria-label={words}
            title={words}
            onClick={() => chooseOrder(state, order)}
          >
            {kOrderWords[order]}
            {sort === order && <span class="order-part">{partWords(words, order)}</span>}
          </button>
        );
      })}
    </fieldset>
  );
}

function Filter({ state, found }: HeadProps): JSX.Element {
  const words = `Filter these ${formatCount(found.rows.length)}`;
  return (
    <input
      class="field result-filter"
      type="search"
      placeholder={words}
      aria-label={words}
      title="Text in a name or trace id. The browser’s own find sees only the rows in view."
      value={state.filter.value}
      onInput={(event) => {
        state.filter.value = event.currentTarget.value;
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') state.step(0);
        else if (event.key === 'Escape') {
          state.filter.value = '';
          state.step(0);
        } else return;
        event.preventDefault();
      }}
    />
  );
}

function Narrower({ state, found }: HeadProps): JSX.Element {
  const asked = state.asked.value;
  const limit = smallerLimit(found.rows.length, asked.limit);
  const window = narrowerWindow(asked, spanOfTime(asked, state.askedAt.value).lookback);
  const link = (query: SearchQuery, words: string) => (
    <a class="button small" href={`?${formatQuery(query)}`}>
      {words}
    </a>
  );
  return (
    <span class="note-actions">
      {limit !== undefined && link({ ...asked, limit }, `Limit ${formatCount(limit)}`)}
      {window !== undefined && link(window.query, windowWords(window.name))}
    </span>
  );
}

function CutNote({ state, found }: HeadProps): JSX.Element | null {
  const { cut, rows, words } = found;
  if (cut === undefined) return null;
  return (
    <div class="cut-note" role="status">
      <span>
        <span aria-hidden="true">▲</span> {cutWords(cut, rows.length, words)}
      </span>
      {cut === 'size' ? (
        <Narrower state={state} found={found} />
      ) : (
        <button type="button" class="button small" onClick={() => state.run()}>
          Search again
        </button>
      )}
    </div>
  );
}

/** An order of the part that was read is not an order of all that match. */
function OrderNote({ state, found }: HeadProps): JSX.Element | null {
  const { sort, limit } = state.asked.value;
  if (sort === 'newest' || !isPartOfAll(found, limit)) return null;
  const read = found.cut === undefined ? 'newest ' : '';
  return (
    <p class="limit-note order-note">
      Sorted within the {read}
      {traceCount(found.rows.length)} that were read, not all that match.
    </p>
  );
}

export function ResultHead({ state, found }: HeadProps): JSX.Element {
  const count = found.rows.length;
  const shown = state.shown.value.length;
  const isFiltered = state.filter.value.trim() !== '';
  return (
    <>
      <CutNote state={state} found={found} />
      <div class="result-head">
        <h2>{isFiltered ? `${formatCount(shown)} of ${traceCount(count)}` : traceCount(count)}</h2>
        <button
          type="button"
          class="icon-button"
          title="Search again (r)"
          aria-label="Search again"
          onClick={() => state.run()}
        >
          <Icon name="reload" />
        </button>
        {(count > kListRowsMax || isFiltered) && <Filter state={state} found={found} />}
        {count > 1 && <SortControl state={state} found={found} />}
      </div>
      <OrderNote state={state} found={found} />
    </>
  );
}
