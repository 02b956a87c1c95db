// SPDX-License-Identifier: Apache-2.0
// A list of many rows of one height, of which only those in view exist, inside the page's own
// scrolled area. It stays a list: real items in their order, each with its place in the whole. One
// pinned row always exists, so that the focus may be on it while it is out of view.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { type ListGeometry, scrollTopFor, spacerHeight, visibleRange } from '../draw/windowing';

/** Rows that exist at once, the pinned one included. */
export const kListRowsMax = 60;

export interface ListRef {
  current: HTMLOListElement | null;
}

interface VirtualListProps {
  readonly list: ListRef;
  readonly class?: string;
  readonly count: number;
  readonly rowHeight: number;
  readonly pinned?: number | undefined;
  readonly keyOf: (index: number) => string;
  readonly children: (index: number) => ComponentChildren;
}

function scrollerOf(list: HTMLElement): HTMLElement {
  return list.closest('main') ?? document.documentElement;
}

/** Pixels from the top of what is scrolled to the list. */
function topIn(scroller: HTMLElement, list: HTMLElement): number {
  const { top } = list.getBoundingClientRect();
  return top - scroller.getBoundingClientRect().top + scroller.scrollTop;
}

/** Scrolls as little as brings a row into view. */
export function scrollToRow(
  list: HTMLElement,
  geometry: Omit<ListGeometry, 'viewHeight'>,
  row: number,
) {
  const scroller = scrollerOf(list);
  const top = topIn(scroller, list);
  const view = { ...geometry, viewHeight: scroller.clientHeight };
  const wanted = scrollTopFor(view, row, scroller.scrollTop - top) + top;
  if (wanted !== scroller.scrollTop) scroller.scrollTop = row === 0 ? 0 : wanted;
}

/** How far the list is scrolled, and how high the window onto it is. */
function useWindow(list: ListRef) {
  const view = useSignal({ top: 0, height: globalThis.innerHeight });
  useLayoutEffect(() => {
    const node = list.current;
    if (node === null) return;
    const scroller = scrollerOf(node);
    const look = () => {
      const top = scroller.scrollTop - topIn(scroller, node);
      const height = scroller.clientHeight;
      const last = view.peek();
      if (last.top !== top || last.height !== height) view.value = { top, height };
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    observer.observe(node);
    scroller.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', look);
    };
  }, [list, view]);
  return view.value;
}

interface ShownRow {
  readonly index: number;
  /** Pixels below the top of the list. */
  readonly y: number;
}

function rowsShown(geometry: ListGeometry, top: number, pinned: number | undefined): ShownRow[] {
  const range = visibleRange(geometry, top);
  const count = Math.min(range.end - range.first, kListRowsMax - 1);
  const shown = Array.from({ length: count }, (_, at) => {
    return { index: range.first + at, y: range.top + at * geometry.rowHeight };
  });
  if (pinned === undefined) return shown;
  const out = { index: pinned, y: (pinned / geometry.count) * spacerHeight(geometry) };
  if (pinned < range.first) shown.unshift(out);
  if (pinned >= range.first + count) shown.push(out);
  return shown;
}

export function VirtualList(props: VirtualListProps): JSX.Element {
  const { count, rowHeight, pinned, keyOf, children } = props;
  const { top, height } = useWindow(props.list);
  const geometry = { count, rowHeight, viewHeight: height };
  return (
    <ol
      ref={props.list}
      class={`virtual-list ${props.class ?? ''}`}
      // biome-ignore lint/a11y/noRedundantRoles: Safari takes a list without bullets for none
      role="list"
      style={{ height: `${spacerHeight(geometry)}px`, '--row-height': `${rowHeight}px` }}
    >
      {rowsShown(geometry, Math.max(top, 0), pinned).map(({ index, y }) => (
        <li
          key={keyOf(index)}
          aria-setsize={count}
          aria-posinset={index + 1}
          style={{ transform: `translateY(${y}px)` }}
        >
          {children(index)}
        </li>
      ))}
    </ol>
  );
}
