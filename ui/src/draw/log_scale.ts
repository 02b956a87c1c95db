// SPDX-License-Identifier: Apache-2.0
// Durations of one list beside each other: from 1 ms to an hour on one scale, so that a single long
// one does not make dots of all others. Each factor of ten takes the same width.

export interface LogScale {
  /** Where the scale starts and ends: powers of ten, in the unit of the values. */
  readonly from: number;
  readonly to: number;
}

/** The powers of ten around the values that are above 0; one decade when there are none. */
export function logScaleOf(values: Iterable<number>): LogScale {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value <= 0) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most === 0) return { from: 1, to: 10 };
  const from = 10 ** Math.floor(Math.log10(least) + 1e-9);
  const to = 10 ** Math.ceil(Math.log10(most) - 1e-9);
  return { from, to: Math.max(to, from * 10) };
}

/** 0 to 1; what is not above 0 is 0. */
export function logShare(value: number, { from, to }: LogScale): number {
  if (value <= from) return 0;
  return Math.min(Math.log(value / from) / Math.log(to / from), 1);
}
