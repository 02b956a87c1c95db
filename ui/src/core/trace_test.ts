// SPDX-License-Identifier: Apache-2.0
// Goal: rows are in pre-order, joined where halves share an id, and carry the trace's facts.
// Method: the demo trace, odd traces, and real ones when they are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRows, findService, nextMatch } from './find';
import type { Span } from './model';
import {
  allBranches,
  ancestorsOf,
  outlineOf,
  pinnedOver,
  positionOf,
  siblingPlaces,
  withRevealed,
  withToggled,
} from './outline';
import { at, demoSpans, kStart, manySpans, span } from './testing/sample_traces';
import { assembleTrace, durationOf, type Trace, timesOf, titleOf } from './trace';

function traceOf(spans: Span[]): Trace {
  const trace = assembleTrace(spans);
  if (trace === undefined) throw new Error('no trace');
  return trace;
}

describe('the demo trace', () => {
  const trace = traceOf(demoSpans());
  it('has one row for each call', () => {
    const rows = trace.rows.map((row) => [titleOf(row), row.depth, row.kind, row.size]);
    expect(rows).toEqual([
      ['front: get', 0, 'SERVER', 3],
      ['middle: get', 1, 'JOINED', 2],
      ['back: get', 2, 'JOINED', 1],
    ]);
  });
  it('keeps the times of both halves', () => {
    const row = trace.rows[1];
    expect(row && timesOf(row.outer, true)).toEqual({ start: kStart + 1_000, duration: 40_000 });
    expect(row?.inner && timesOf(row.inner, true)).toEqual({
      start: kStart + 2_000,
      duration: 38_000,
    });
    expect(row && durationOf(row)).toBe(40_000);
  });
  it('counts spans, services, depth and failures', () => {
    expect(trace).toMatchObject({ id: '000000000000000a', spanCount: 5, depth: 3, failures: 1 });
    expect([...trace.services]).toEqual([
      ['back', 1],
      ['front', 2],
      ['middle', 2],
    ]);
    expect(trace.raw).toEqual({ start: kStart, duration: 50_000 });
    expect(trace.rows.map((row) => row.failed)).toEqual([false, false, true]);
  });
});

describe('odd traces', () => {
  it('is nothing without a usable span', () => {
    expect(assembleTrace([])).toBeUndefined();
    expect(assembleTrace([span('0')])).toBeUndefined();
  });
  it('names a client without its server after itself and mentions the other side', () => {
    const [row] = traceOf([
      span('1', { kind: 'CLIENT', localEndpoint: at('a'), remoteEndpoint: at('redis') }),
    ]).rows;
    expect(row).toMatchObject({ service: 'a', remote: 'redis', kind: 'CLIENT', name: '' });
  });
  it('has an empty extent when no span has a start', () => {
    expect(traceOf([span('1'), span('2', { parentId: '1' })]).raw).toEqual({
      start: 0,
      duration: 0,
    });
  });
  it('tells a wavering call from a failed one', () => {
    const annotations = [{ timestamp: 1, value: 'error' }];
    const [row] = traceOf([span('1', { annotations })]).rows;
    expect(row).toMatchObject({ failed: false, wavered: true });
    expect(traceOf([span('1', { tags: { error: '' } })]).rows[0]?.failed).toBe(true);
  });
  it('joins only the first of two servers that share one client', () => {
    const rows = traceOf([
      span('1', { kind: 'CLIENT', localEndpoint: at('a') }),
      span('1', { kind: 'SERVER', shared: true, localEndpoint: at('b'), timestamp: 9 }),
      span('1', { kind: 'SERVER', shared: true, localEndpoint: at('c'), timestamp: 4 }),
    ]).rows;
    expect(rows.map((row) => [row.service, row.depth])).toEqual([
      ['c', 0],
      ['b', 1],
    ]);
  });
});

describe('the outline', () => {
  const { rows } = traceOf(manySpans(10_000));
  it('shows every row once, in order', () => {
    expect(outlineOf(rows, new Set()).shown).toHaveLength(10_000);
    expect(rows[0]?.size).toBe(10_000);
  });
  it('hides what is under a collapsed row and finds the row that hides it', () => {
    const outline = outlineOf(rows, new Set([1]));
    const hidden = (rows[1]?.size ?? 0) - 1;
    expect(outline.shown).toHaveLength(10_000 - hidden);
    expect(outline.shown[positionOf(outline, 2)]).toBe(1);
    expect(outline.shown[positionOf(outline, 9_999)]).toBe(9_999);
  });
  it('collapses everything to the root and opens the way to a row', () => {
    const all = allBranches(rows);
    expect(outlineOf(rows, all).shown).toEqual([0]);
    const opened = withRevealed(rows, all, 3);
    expect(outlineOf(rows, opened).shown).toContain(3);
    expect(withRevealed(rows, opened, 3)).toBe(opened);
  });
  it('toggles', () => {
    expect([...withToggled(withToggled(new Set([4]), 4), 5)]).toEqual([5]);
  });
  it('numbers siblings', () => {
    const trace = traceOf(demoSpans());
    expect(siblingPlaces(trace.rows)[1]).toEqual({ position: 1, count: 1 });
  });
});

describe('search within a trace', () => {
  const { rows } = traceOf(demoSpans());
  it.each([
    ['GET', [0, 1, 2]],
    ['back', [2]],
    ['http.path=/back', [2]],
    ['info reading', [2]],
    ['0000000000000002', [1]],
    ['nowhere', []],
    ['  ', []],
  ])('finds %j', (text, wanted) => {
    expect(findRows(rows, text)).toEqual(wanted);
  });
  it('goes round the end in both directions', () => {
    expect(nextMatch([2, 5], 5, 1)).toBe(2);
    expect(nextMatch([2, 5], 3, 1)).toBe(5);
    expect(nextMatch([2, 5], 2, -1)).toBe(5);
    expect(nextMatch([], 0, 1)).toBeUndefined();
  });
});

const shared = process.env.CLEW_SHARED ?? '../../shared';
const lens = join(shared, 'data', 'zipkin-lens');
const present = existsSync(lens);

// Skipped without the folder of real traces (CLEW_SHARED): it is not part of the project.
describe.skipIf(!present)('real traces', () => {
  const files = present ? readdirSync(lens).filter((name) => name.endsWith('.json')) : [];
  it.each(files)('%s: every span is in exactly one row', (name) => {
    const spans: Span[] = JSON.parse(readFileSync(join(lens, name), 'utf8'));
    const trace = traceOf(spans);
    const halves = trace.rows.reduce((sum, row) => sum + (row.inner ? 2 : 1), 0);
    expect(halves).toBe(trace.spanCount);
    const ids = new Set(spans.map((each) => each.id.padStart(16, '0')));
    expect(new Set(trace.rows.map((row) => row.id))).toEqual(ids);
    expect(trace.rows[0]?.size).toBe(trace.headless ? trace.rows[0]?.size : trace.rows.length);
    expect(traceOf([...spans].reverse()).rows.map(titleOf)).toEqual(trace.rows.map(titleOf));
  });
  it('skew.json: the clock of serviceb is behind and is corrected', () => {
    const trace = traceOf(JSON.parse(readFileSync(join(lens, 'skew.json'), 'utf8')));
    expect(trace.shifts).toEqual([{ service: 'serviceb', address: '192.0.0.0', aheadUs: -65_922 }]);
    expect(trace.corrected.duration).toBeLessThan(trace.raw.duration);
  });
  it('envoy.json: a lone span marked shared is the root', () => {
    const trace = traceOf(JSON.parse(readFileSync(join(lens, 'envoy.json'), 'utf8')));
    expect(trace).toMatchObject({ headless: false, orphans: 0, extraRoots: 0 });
  });
});

describe('the rows pinned over the first ones in view', () => {
  const rows = traceOf([
    span('1', { timestamp: 1 }),
    span('2', { parentId: '1', timestamp: 2 }),
    span('3', { parentId: '2', timestamp: 3 }),
    span('4', { parentId: '3', timestamp: 4 }),
    span('5', { parentId: '4', timestamp: 5 }),
    span('6', { parentId: '1', timestamp: 6 }),
    span('7', { parentId: '1', timestamp: 7 }),
    span('8', { parentId: '1', timestamp: 8 }),
  ]).rows;
  const outline = outlineOf(rows, new Set());
  it.each([
    [0, 3, [0, 1, 2]],
    [1, 3, [1, 2, 3]],
    [1, 1, [1]],
    [4, 3, [0]],
    [7, 3, []],
    [3, 0, []],
  ])('from row %d, at most %d, are %j', (first, most, pinned) => {
    expect(pinnedOver(rows, outline, first, most)).toEqual(pinned);
  });
  it('stay below the top of a subtree', () => {
    const subtree = outlineOf(rows, new Set(), 2);
    expect(subtree.shown).toEqual([2, 3, 4]);
    expect(pinnedOver(rows, subtree, 0, 3)).toEqual([2, 3]);
    expect(ancestorsOf(rows, 4, 2)).toEqual([2, 3]);
    expect(ancestorsOf(rows, 4)).toEqual([0, 1, 2, 3]);
  });
});

describe('finding the spans of a service', () => {
  const { rows } = traceOf([
    span('1', { localEndpoint: at('cart'), timestamp: 1 }),
    span('2', { parentId: '1', localEndpoint: at('cart-db'), name: 'get', timestamp: 2 }),
    span('3', { parentId: '1', localEndpoint: at('my "own" cart'), timestamp: 3 }),
  ]);
  it.each([
    ['cart', [0]],
    ['cart-db', [1]],
    ['my "own" cart', [2]],
  ])('finds those of %s and no others', (service, found) => {
    expect(findRows(rows, findService(service))).toEqual(found);
  });
  it('combines with words', () => {
    expect(findRows(rows, 'GET service:cart-db')).toEqual([1]);
    expect(findRows(rows, 'put service:cart-db')).toEqual([]);
    expect(findRows(rows, 'service:')).toEqual([]);
  });
});
