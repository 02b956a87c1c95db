// SPDX-License-Identifier: Apache-2.0
// Goal: callers stand left of callees, every service once, rings included.
// Method: small maps, then a large one; what is found and marked, by tables.
import { describe, expect, it } from 'vitest';
import { busiestServices, errorLevel, errorShare, linksAround, mapServices } from './links';

const link = (parent: string, child: string) => ({ parent, child, callCount: 1 });
const columns = (links: ReturnType<typeof link>[]) =>
  Object.fromEntries(mapServices(links).nodes.map((node) => [node.service, node.column]));

describe('service map', () => {
  it('puts a chain in columns', () => {
    expect(columns([link('middle', 'back'), link('front', 'middle')])).toEqual({
      front: 0,
      middle: 1,
      back: 2,
    });
  });
  it('puts a service right of its furthest caller', () => {
    expect(columns([link('a', 'c'), link('a', 'b'), link('b', 'c')])).toEqual({ a: 0, b: 1, c: 2 });
  });
  it('cuts rings and self-calls', () => {
    expect(columns([link('a', 'b'), link('b', 'c'), link('c', 'a'), link('a', 'a')])).toEqual({
      a: 0,
      b: 1,
      c: 2,
    });
  });
  it('gives every service one place', () => {
    const links = Array.from({ length: 600 }, (_, n) =>
      link(`s${n % 200}`, `s${(n * 7 + 3) % 200}`),
    );
    const map = mapServices(links);
    expect(new Set(map.nodes.map((node) => `${node.column}/${node.place}`)).size).toBe(200);
    expect(mapServices([])).toEqual({ nodes: [], columns: 0, places: 0 });
  });
});

describe('finding in the map', () => {
  const links = [link('front', 'order'), link('order', 'order-db'), link('front', 'cart')];
  it.each([
    ['', 3],
    ['  ', 3],
    ['CART', 1],
    ['order', 2],
    ['ord', 2],
    ['order-db', 1],
    ['nothing', 0],
  ])('%j leaves %d links', (find, count) => expect(linksAround(links, find).length).toBe(count));
  it('takes a whole name before a part of others', () => {
    const more = [...links, link('front', 'reorder')];
    expect(linksAround(more, 'order').length).toBe(2);
    expect(linksAround(more, 'rder').length).toBe(3);
  });
  it('knows the busiest', () => {
    const calls = [
      { parent: 'a', child: 'b', callCount: 5 },
      { parent: 'b', child: 'c', callCount: 3 },
      { parent: 'd', child: 'd', callCount: 7 },
    ];
    expect(busiestServices(calls)).toEqual(['b', 'd', 'a', 'c']);
    expect(busiestServices([])).toEqual([]);
  });
});

describe('errors of a link', () => {
  const failing = (callCount: number, errorCount?: number) => {
    return { parent: 'a', child: 'b', callCount, errorCount };
  };
  const rates = { low: 0.5, high: 0.75 };
  it.each([
    [failing(1_000), 'none', ''],
    [failing(0, 0), 'none', ''],
    [failing(1_243, 3), 'none', '0.24 %'],
    [failing(5_884, 6), 'none', '0.10 %'],
    [failing(1_000, 100), 'none', '10 %'],
    [failing(100, 49), 'none', '49 %'],
    [failing(2, 1), 'low', '50 %'],
    [failing(4, 3), 'high', '75 %'],
    [failing(1_000, 994), 'high', '99 %'],
    [failing(7, 7), 'high', '100 %'],
  ])('%o is %s', (each, level, share) => {
    expect(errorLevel(each, rates)).toBe(level);
    expect(errorShare(each)).toBe(share);
  });
});
