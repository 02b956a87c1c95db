// SPDX-License-Identifier: Apache-2.0
// How many things of a line fit, when the others are only counted.

/**
 * How many of the leading `widths` fit `available` with `gap` between them; when not all do, `rest`
 * is kept free for the count of the others. All in pixels.
 */
export function fitCount(
  widths: readonly number[],
  available: number,
  gap: number,
  rest: number,
): number {
  let used = 0;
  let whole = 0;
  for (const [at, width] of widths.entries()) {
    used += width + (at === 0 ? 0 : gap);
    if (used > available) return whole;
    if (at === widths.length - 1) return widths.length;
    if (used + gap + rest <= available) whole = at + 1;
  }
  return widths.length;
}
