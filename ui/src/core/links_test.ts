// SPDX-License-Identifier: Apache-2.0
// Goal: callers stand left of callees, every service once, rings included.
// Method: small maps, then a large one.
import { describe, expect, it } from 'vitest';
import { mapServices } from './links';

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
