// SPDX-License-Identifier: Apache-2.0
// The time axis: which moments get a line, and where a moment lies. Positions are fractions of the
// drawn width (0 left, 1 right), so nothing here knows pixels.

/** The part of a trace on screen, in microseconds from the trace's start. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export function fractionOf(us: number, view: TimeWindow): number {
  const length = view.to - view.from;
  return length <= 0 ? 0 : (us - view.from) / length;
}

const kSecond = 1_000_000;
/** Beyond seconds people count in sixties. */
const kLongSteps = [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/** Round steps of 1, 2 or 5, or of clock time; at most `most` of them fit the view. */
export function tickStep(length: number, most: number): number {
  if (length <= 0 || most < 1) return 1;
  const least = length / most;
  if (least > 10 * kSecond) {
    const seconds = kLongSteps.find((step) => step * kSecond >= least);
    const days = Math.ceil(least / (86_400 * kSecond));
    return (seconds ?? days * 86_400) * kSecond;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least * 0.999999) ?? 10;
  return step * power;
}

export function ticksOf(view: TimeWindow, most: number): number[] {
  const step = tickStep(view.to - view.from, most);
  const ticks: number[] = [];
  for (let at = Math.ceil(view.from / step); at * step <= view.to; at += 1) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks;
}

/** Zooms around a moment and stays inside [0, whole]; the closest view is 1 µs. */
export function zoomed(view: TimeWindow, at: number, factor: number, whole: number): TimeWindow {
  const length = Math.min(Math.max((view.to - view.from) * factor, 1), whole);
  const share = fractionOf(at, view);
  return slid({ from: at - share * length, to: at - share * length + length }, 0, whole);
}

/** Moves a window by `by` microseconds without leaving [0, whole]. */
export function slid(view: TimeWindow, by: number, whole: number): TimeWindow {
  const length = Math.min(view.to - view.from, whole);
  const from = Math.min(Math.max(view.from + by, 0), whole - length);
  return { from, to: from + length };
}
