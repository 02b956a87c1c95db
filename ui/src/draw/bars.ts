// SPDX-License-Identifier: Apache-2.0
// Where a span's bar, its ticks and its label go. All values are percent of the timeline's width.
import type { Extent } from '../core/trace';
import { fractionOf, type TimeWindow } from './scale';

export interface Bar {
  readonly left: number;
  readonly width: number;
  /** Runs out of the window on that side. */
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
}

/** Undefined when nothing of the span lies inside the view. */
export function barOf(times: Extent, origin: number, view: TimeWindow): Bar | undefined {
  const from = times.start - origin;
  const to = from + times.duration;
  if (to < view.from || from > view.to) return undefined;
  const left = Math.max(fractionOf(from, view), 0);
  const right = Math.min(fractionOf(to, view), 1);
  return {
    left: left * 100,
    width: Math.max(right - left, 0) * 100,
    cutLeft: from < view.from,
    cutRight: to > view.to,
  };
}

/** Most ticks drawn on one bar; more would be a solid block. */
export const kTicksMax = 40;

/** Percent positions of moments inside the view, thinned evenly to `kTicksMax`. */
export function tickMarks(moments: readonly number[], origin: number, view: TimeWindow): number[] {
  const inside = moments
    .map((moment) => fractionOf(moment - origin, view) * 100)
    .filter((at) => at >= 0 && at <= 100);
  if (inside.length <= kTicksMax) return inside;
  const stride = inside.length / kTicksMax;
  return Array.from({ length: kTicksMax }, (_, at) => inside[Math.floor(at * stride)] ?? 0);
}
