// SPDX-License-Identifier: Apache-2.0
// How a person likes the trace page laid out; kept by the browser, the same for every trace.
import { remembered } from '../../ui/remembered';

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

const isSize = (value: unknown) => typeof value === 'number' && value > 0 && value < 10_000;
const oneOf = (words: readonly string[]) => (value: unknown) => words.includes(String(value));

export const dock = remembered<Dock>('clew.trace.dock', 'right', oneOf(['right', 'bottom']));
export const rowLayout = remembered<RowLayout>(
  'clew.trace.rows',
  'auto',
  oneOf(['columns', 'stacked']),
);
export const drawerWidth = remembered<number | undefined>(
  'clew.trace.drawerWidth',
  undefined,
  isSize,
);
export const drawerHeight = remembered<number | undefined>(
  'clew.trace.drawerHeight',
  undefined,
  isSize,
);
export const nameWidth = remembered<number | undefined>('clew.trace.nameWidth', undefined, isSize);

export function isStacked(width: number): boolean {
  return rowLayout.value === 'auto' ? width < kStackWidth : rowLayout.value === 'stacked';
}

/** Of a drawer at the right, within a page of `width` pixels. */
export function drawerPixels(width: number): number {
  const usual = Math.min(Math.max(width * 0.32, 360), 560);
  return Math.max(Math.min(drawerWidth.value ?? usual, width - kMainLeast), kDrawerLeast);
}
