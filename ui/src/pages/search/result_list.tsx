// SPDX-License-Identifier: Apache-2.0
// What was found: one line a trace, each an ordinary link. Lines have one height, so that of a long
// list only those in view exist.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { formatCount, formatTick } from '../../core/duration';
import { formatQuery } from '../../core/query';
import { type LogScale, logScaleOf } from '../../draw/log_scale';
import { type ListRef, scrollToRow, VirtualList } from '../../ui/virtual_list';
import { NothingFound } from './nothing_found';
import type { Found } from './read_results';
import { ResultHead } from './result_head';
import { ResultRow } from './result_row';
import { isPartOfAll, traceCount } from './result_words';
import type { SearchState } from './search_state';

interface Layout {
  readonly name: 'wide' | 'middle' | 'narrow';
  /** As the style sheet arranges a row, in pixels. */
  readonly rowHeight: number;
}

/** From this width of the list on, in pixels. */
const kLayouts: readonly (readonly [number, Layout])[] = [
  [900, { name: 'wide', rowHeight: 44 }],
  [520, { name: 'middle', rowHeight: 64 }],
  [0, { name: 'narrow', rowHeight: 90 }],
];
const kNarrowest: Layout = { name: 'narrow', rowHeight: 90 };
const kMoreFactor = 5;

function layoutOf(width: number): Layout {
  return kLayouts.find(([from]) => width >= from)?.[1] ?? kNarrowest;
}

/** Width of the list and of the room for services in a row, measured before anything is painted. */
function useWidths(list: ListRef, isEmpty: boolean) {
  const width = useSignal(globalThis.innerWidth);
  const services = useSignal(0);
  useLayoutEffect(() => {
    const node = list.current;
    if (node === null || isEmpty) return;
    const look = () => {
      width.value = node.clientWidth;
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(node);
    return () => observer.disconnect();
  }, [list, width, isEmpty]);
  useLayoutEffect(() => {
    const room = list.current?.querySelector('.result-services')?.clientWidth ?? 0;
    if (room > 0) services.value = room;
  });
  return { width: width.value, services: services.value };
}

/** Shows the cursor's row and focuses it when asked to; after Back, where one was before. */
function usePlace(
  state: SearchState,
  list: ListRef,
  geometry: { count: number; rowHeight: number },
) {
  const reveals = state.reveals.value;
  const spot = state.spot.value;
  const isThere = geometry.count > 0;
  const focusCursor = (node: HTMLElement) => {
    const id = CSS.escape(state.cursor.peek() ?? '');
    node.querySelector<HTMLElement>(`[data-trace="${id}"]`)?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    const node = list.current;
    if (node === null || reveals === 0) return;
    const at = state.shown.peek().findIndex((row) => row.traceId === state.cursor.peek());
    if (at >= 0) scrollToRow(node, geometry, at);
    focusCursor(node);
  }, [reveals]);
  useLayoutEffect(() => {
    const node = list.current;
    if (node === null || spot === undefined || !isThere) return;
    state.spot.value = undefined;
    node.closest('main')?.scrollTo(0, spot.scroll);
    if (spot.traceId !== undefined) focusCursor(node);
  }, [spot, isThere]);
}

function Columns({ scale }: { readonly scale: LogScale }): JSX.Element {
  return (
    <div class="result-columns" aria-hidden="true">
      <span>Start</span>
      <span>First span</span>
      <span>Services</span>
      <span class="column-number">Errors</span>
      <span class="column-number">Spans</span>
      <span title={`${formatTick(scale.from)} to ${formatTick(scale.to)}`}>
        Duration (log scale)
      </span>
    </div>
  );
}

function LimitNote(props: { readonly state: SearchState; readonly found: Found }): JSX.Element {
  const asked = props.state.asked.value;
  const more = { ...asked, limit: asked.limit * kMoreFactor };
  return (
    <p class="limit-note">
      The list ends here: these are the newest {traceCount(props.found.rows.length)} that match;
      there may be more. <a href={`?${formatQuery(more)}`}>Show up to {formatCount(more.limit)}</a>
    </p>
  );
}

export function ResultList(props: {
  readonly state: SearchState;
  readonly found: Found;
}): JSX.Element {
  const { state, found } = props;
  const list = useRef<HTMLOListElement | null>(null);
  const rows = state.shown.value;
  const { width, services } = useWidths(list, rows.length === 0);
  const { name, rowHeight } = layoutOf(width);
  usePlace(state, list, { count: rows.length, rowHeight });
  const look = useMemo(() => {
    const scale = logScaleOf(found.rows.map((row) => row.duration));
    return { scale, servicesWidth: services };
  }, [found, services]);
  const isLimited = found.cut === undefined && isPartOfAll(found, state.asked.value.limit);
  if (found.rows.length === 0 && found.cut === undefined) return <NothingFound state={state} />;
  const at = rows.findIndex((row) => row.traceId === state.cursor.value);
  return (
    <section aria-label="Results" class={`result-section ${name}`}>
      <ResultHead state={state} found={found} />
      {name === 'wide' && rows.length > 0 && <Columns scale={look.scale} />}
      <VirtualList
        list={list}
        class="results"
        count={rows.length}
        rowHeight={rowHeight}
        pinned={at < 0 ? undefined : at}
        keyOf={(index) => rows[index]?.traceId ?? ''}
      >
        {(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const onFocus = () => {
            state.cursor.value = row.traceId;
          };
          return <ResultRow row={row} look={look} onFocus={onFocus} />;
        }}
      </VirtualList>
      {rows.length === 0 && found.rows.length > 0 && (
        <p class="limit-note">None of these has “{state.filter.value.trim()}” in a name or id.</p>
      )}
      {isLimited && <LimitNote state={state} found={found} />}
    </section>
  );
}
