// SPDX-License-Identifier: Apache-2.0
// Goal: bars, ticks, rows and the minimap lie where arithmetic says.
// Method: tables, and brute force where there is one.
import { describe, expect, it } from 'vitest';
import { kStart, manySpans } from '../core/testing/sample_traces';
import { assembleTrace } from '../core/trace';
import { barOf, kTicksMax, tickMarks } from './bars';
import { packColour, paintStrip } from './minimap';
import { slid, tickStep, ticksOf, zoomed } from './scale';
import {
  kHeightMax,
  kRowsMax,
  scrollTopAt,
  scrollTopFor,
  spacerHeight,
  visibleRange,
} from './windowing';

const whole = { from: 0, to: 1_000 };

describe('time axis', () => {
  it.each([
    [1_000, 5, 200],
    [1_000, 4, 500],
    [50_000, 6, 10_000],
    [3, 10, 0.5],
    [0, 5, 1],
    [90_000_000, 8, 15_000_000],
    [306_000_000, 8, 60_000_000],
    [7_200_000_000, 8, 900_000_000],
    [90_000_000_000, 5, 21_600_000_000],
    [900_000_000_000, 5, 259_200_000_000],
  ])('steps %d in at most %d', (length, most, step) => expect(tickStep(length, most)).toBe(step));
  it('ticks round moments inside the window', () => {
    expect(ticksOf({ from: 150, to: 1_000 }, 5)).toEqual([200, 400, 600, 800, 1_000]);
  });
  it('zooms around a moment and keeps inside the trace', () => {
    expect(zoomed(whole, 500, 0.5, 1_000)).toEqual({ from: 250, to: 750 });
    expect(zoomed(whole, 0, 0.5, 1_000)).toEqual({ from: 0, to: 500 });
    expect(zoomed({ from: 250, to: 750 }, 500, 9, 1_000)).toEqual(whole);
    expect(slid({ from: 0, to: 100 }, -50, 1_000)).toEqual({ from: 0, to: 100 });
    expect(slid({ from: 800, to: 900 }, 500, 1_000)).toEqual({ from: 900, to: 1_000 });
  });
});

describe('bars', () => {
  const bar = (start: number, duration: number) =>
    barOf({ start: kStart + start, duration }, kStart, whole);
  it('is percent of the window', () => {
    expect(bar(250, 500)).toEqual({ left: 25, width: 50, cutLeft: false, cutRight: false });
  });
  it('is cut at the edges', () => {
    expect(bar(-100, 2_000)).toEqual({ left: 0, width: 100, cutLeft: true, cutRight: true });
    expect(bar(2_000, 5)).toBeUndefined();
    expect(bar(1_000, 0)).toMatchObject({ left: 100, width: 0 });
  });
  it('thins ticks', () => {
    expect(tickMarks([kStart + 500, kStart + 5_000], kStart, whole)).toEqual([50]);
    const many = Array.from({ length: 900 }, (_, n) => kStart + n);
    expect(tickMarks(many, kStart, whole)).toHaveLength(kTicksMax);
  });
});

describe('rows in view', () => {
  const list = (count: number) => ({ count, rowHeight: 24, viewHeight: 700 });
  it('are never more than the limit and always cover the view', () => {
    for (const scrollTop of [0, 13, 24, 100_003, 239_300]) {
      const range = visibleRange(list(10_000), scrollTop);
      expect(range.end - range.first).toBeLessThanOrEqual(kRowsMax);
      expect(range.top).toBeLessThanOrEqual(scrollTop);
      expect(range.end * 24).toBeGreaterThanOrEqual(Math.min(scrollTop + 700, 240_000));
    }
  });
  it('are all there in a short list', () => {
    expect(visibleRange(list(3), 0)).toEqual({ first: 0, end: 3, firstInView: 0, top: 0 });
    expect(visibleRange(list(0), 0)).toEqual({ first: 0, end: 0, firstInView: 0, top: 0 });
  });
  it('reach the last of a million rows below the height a browser allows', () => {
    const big = list(1_000_000);
    expect(spacerHeight(big)).toBe(kHeightMax);
    const bottom = kHeightMax - 700;
    const range = visibleRange(big, bottom);
    expect(range.end).toBe(1_000_000);
    expect(range.top + (range.end - range.first) * 24).toBeCloseTo(kHeightMax, 3);
    const there = scrollTopFor(big, 777_777, 0);
    const seen = visibleRange(big, there);
    expect(seen.first).toBeLessThanOrEqual(777_777);
    expect(seen.end).toBeGreaterThan(777_777);
  });
  it('scroll as little as possible', () => {
    expect(scrollTopFor(list(1_000), 5, 0)).toBe(0);
    expect(scrollTopFor(list(1_000), 5, 480)).toBe(120);
    expect(scrollTopFor(list(1_000), 100, 0)).toBe(101 * 24 - 700);
  });
  it('scroll a row out from under what covers the top', () => {
    expect(scrollTopFor(list(1_000), 20, 480, 72)).toBe(480 - 72);
    expect(scrollTopFor(list(1_000), 23, 480, 72)).toBe(480);
    expect(scrollTopFor(list(1_000), 1, 480, 72)).toBe(0);
  });
  it('come back to the place they were at, also where positions are mapped', () => {
    for (const list of [1_000, 1_000_000].map((count) => ({
      count,
      rowHeight: 24,
      viewHeight: 700,
    }))) {
      const at = scrollTopAt(list, 777 * 24 + 5);
      const { first, firstInView, top } = visibleRange(list, at);
      expect(firstInView).toBe(777);
      expect(at - top - (firstInView - first) * 24).toBeCloseTo(5, 3);
    }
  });
});

describe('minimap', () => {
  it('paints each row at its place and failures in their own ink', () => {
    const trace = assembleTrace(manySpans(200));
    if (trace === undefined) throw new Error('no trace');
    const strip = { width: 300, height: 64 };
    const pixels = new Uint32Array(strip.width * strip.height);
    const ink = { hues: Array.from({ length: 10 }, (_, n) => n + 1), failure: 99 };
    paintStrip(pixels, strip, trace, true, { ink, hueOf: (name) => Number(name.slice(8)) % 10 });
    expect(pixels[0]).toBe(1);
    expect(pixels.includes(99)).toBe(true);
    expect(pixels.some((pixel) => pixel === 0)).toBe(true);
  });
  it('packs colours as the canvas stores them', () => {
    expect(packColour('rgb(1, 2, 3)')).toBe(0xff030201);
  });
});
