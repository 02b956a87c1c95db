// SPDX-License-Identifier: Apache-2.0
// The whole trace in a strip of pixels, painted into one array: cost follows the strip's size
// and the number of rows, never their product. Rows become lines of 1-3 device pixels from the
// top down.
import { halvesOf, type Row, type Trace, timesOf } from '../core/trace';

export interface Strip {
  readonly width: number;
  readonly height: number;
}

/** Colours as 32-bit little-endian RGBA (0xAABBGGRR). */
export interface StripInk {
  readonly hues: readonly number[];
  readonly failure: number;
}

/** A span too short to see is still this many pixels long. */
const kMarkMin = 3;

export type HueOf = (service: string) => number;

/** Paints rows over what is there; pixels without a span stay as they are. */
export function paintStrip(
  pixels: Uint32Array,
  strip: Strip,
  trace: Trace,
  corrected: boolean,
  paint: { readonly ink: StripInk; readonly hueOf: HueOf },
): void {
  const { width, height } = strip;
  const extent = corrected ? trace.corrected : trace.raw;
  const scale = extent.duration > 0 ? width / extent.duration : 0;
  const pitch = Math.min(height / Math.max(trace.rows.length, 1), 5);
  const thick = Math.max(1, Math.min(3, Math.floor(pitch * 0.7)));
  for (const row of trace.rows) {
    const times = spanOf(row, corrected);
    if (times === undefined) continue;
    const from = Math.floor((times.start - extent.start) * scale);
    const to = Math.max(Math.ceil((times.end - extent.start) * scale), from + kMarkMin);
    const top = Math.min(Math.floor(row.index * pitch), height - 1);
    const ink = row.failed ? paint.ink.failure : (paint.ink.hues[paint.hueOf(row.service)] ?? 0);
    for (let line = top; line < Math.min(top + thick, height); line += 1) {
      pixels.fill(ink, line * width + Math.max(from, 0), line * width + Math.min(to, width));
    }
  }
}

function spanOf(row: Row, corrected: boolean): { start: number; end: number } | undefined {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const half of halvesOf(row)) {
    const times = timesOf(half, corrected);
    if (times === undefined) continue;
    start = Math.min(start, times.start);
    end = Math.max(end, times.start + times.duration);
  }
  if (start > end) return undefined;
  return { start, end };
}

/** `rgb(12, 34, 56)` as the browser computes it, to 0xAABBGGRR. */
export function packColour(css: string): number {
  const [red = 0, green = 0, blue = 0] = (css.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
