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
  /** The first row that is in view, if only in part. */
  readonly firstInView: number;
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
  const firstInView = Math.min(Math.floor(above / rowHeight), Math.max(count - 1, 0));
  const first = Math.max(firstInView - around, 0);
  const end = Math.min(first + inView + 2 * around, count);
  return { first, end, firstInView, top: scrollTop - above + first * rowHeight };
}

/**
 * The scroll position that brings a row into view, moving as little as possible. `covered` pixels
 * at the top of the view are under something else.
 */
export function scrollTopFor(
  list: ListGeometry,
  row: number,
  scrollTop: number,
  covered = 0,
): number {
  const { rowHeight, viewHeight } = list;
  const above = rowsAbove(list, scrollTop);
  const top = row * rowHeight;
  let wanted = above;
  if (top < above + covered) wanted = Math.max(top - covered, 0);
  else if (top + rowHeight > above + viewHeight) wanted = top + rowHeight - viewHeight;
  return wanted === above ? scrollTop : scrollTopAt(list, wanted);
}

/** The scroll position with `above` pixels of rows above the view. */
export function scrollTopAt(list: ListGeometry, above: number): number {
  const full = list.count * list.rowHeight;
  if (full <= kHeightMax) return above;
  return (above / (full - list.viewHeight)) * (kHeightMax - list.viewHeight);
}
