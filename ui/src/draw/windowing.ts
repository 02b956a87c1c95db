// SPDX-License-Identifier: Apache-2.0
// Which rows of a long list exist: only those in view and a few around. Rows have one height, so
// row and pixel are one multiplication apart. Browsers cap how tall an element may be (Firefox
// near 17.9 million pixels): past `kHeightMax` the scroll position is mapped instead.

export const kHeightMax = 8_000_000;
/** Rows that exist at once. */
export const kRowsMax = 60;

export interface ListGeometry {
  readonly count: number;
  readonly rowHeight: number;
  readonly viewHeight: number;
}

export interface RowRange {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
  /** Where the first row's top lies inside the scrolled element, in pixels. */
  readonly top: number;
}

export function spacerHeight({ count, rowHeight }: ListGeometry): number {
  return Math.min(count * rowHeight, kHeightMax);
}

/** Pixels of rows above the view for a scroll position. */
function rowsAbove(list: ListGeometry, scrollTop: number): number {
  const full = list.count * list.rowHeight;
  if (full <= kHeightMax) return scrollTop;
  return (scrollTop / (kHeightMax - list.viewHeight)) * (full - list.viewHeight);
}

export function visibleRange(list: ListGeometry, scrollTop: number): RowRange {
  const { count, rowHeight, viewHeight } = list;
  const above = Math.max(rowsAbove(list, scrollTop), 0);
  const inView = Math.min(Math.ceil(viewHeight / rowHeight) + 1, kRowsMax);
  const around = Math.min(6, (kRowsMax - inView) >> 1);
  const first = Math.max(Math.min(Math.floor(above / rowHeight), count) - around, 0);
  const end = Math.min(first + inView + 2 * around, count);
  return { first, end, top: scrollTop - above + first * rowHeight };
}

/** The scroll position that brings a row into view, moving as little as possible. */
export function scrollTopFor(list: ListGeometry, row: number, scrollTop: number): number {
  const { rowHeight, viewHeight } = list;
  const above = rowsAbove(list, scrollTop);
  const top = row * rowHeight;
  let wanted = above;
  if (top < above) wanted = top;
  else if (top + rowHeight > above + viewHeight) wanted = top + rowHeight - viewHeight;
  if (wanted === above) return scrollTop;
  const full = list.count * rowHeight;
  if (full <= kHeightMax) return wanted;
  return (wanted / (full - viewHeight)) * (kHeightMax - viewHeight);
}
