// SPDX-License-Identifier: Apache-2.0
// How a person likes the trace page laid out; kept by the browser, the same for every trace.
import { oneOf, remembered } from '../../ui/remembered';

export type Dock = 'right' | 'bottom';
export type RowLayout = 'auto' | 'columns' | 'stacked';

export const kDrawerLeast = 320;
export const kDrawerLeastHeight = 160;
/** What the waterfall keeps beside a drawer. */
export const kMainLeast = 360;
/** Below this the drawer is always at the bottom. */
export const kDockWidth = 1_100;
/** Below this, labels stand above their bars unless a person chose otherwise. */
export const kStackWidth = 620;
/** What labels beside their bars take at least: an operation of 160 pixels, and bars to read. */
export const kNameLeast = 290;
export const kTimeLeast = 160;

function pixels(stored: string): number | undefined {
  const size = Number(stored);
  return size > 0 && size < 10_000 ? size : undefined;
}

const pixelsOf = (name: string) => {
  return remembered<number | undefined>(`clew.trace.${name}`, undefined, pixels);
};

export const dock = remembered<Dock>('clew.trace.dock', 'right', oneOf(['right', 'bottom']));
export const rowLayout = remembered<RowLayout>(
  'clew.trace.rows',
  'auto',
  oneOf(['columns', 'stacked']),
);
export const drawerWidth = pixelsOf('drawerWidth');
export const drawerHeight = pixelsOf('drawerHeight');
export const nameWidth = pixelsOf('nameWidth');

/** Whether there is a choice at all. */
export function canBeBeside(width: number): boolean {
  return width >= kNameLeast + kTimeLeast;
}

export function isStacked(width: number): boolean {
  if (!canBeBeside(width)) return true;
  return rowLayout.value === 'auto' ? width < kStackWidth : rowLayout.value === 'stacked';
}

/** Of a drawer at the right, within a page of `width` pixels. */
export function drawerPixels(width: number): number {
  const usual = Math.min(Math.max(width * 0.32, 360), 560);
  return Math.max(Math.min(drawerWidth.value ?? usual, width - kMainLeast), kDrawerLeast);
}
