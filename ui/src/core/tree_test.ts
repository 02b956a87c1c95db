// SPDX-License-Identifier: Apache-2.0
// Goal: every span hangs exactly once, and what the trace does not say is marked.
// Method: trees printed as nested text.
import { describe, expect, it } from 'vitest';
import { cleanSpans } from './clean';
import { clearLoneShared, mergeTrace } from './merge';
import type { Span } from './model';
import { at, demoSpans, kStart, manySpans, span } from './testing/sample_traces';
import { buildTree, type TraceNode, type TraceTree } from './tree';

function treeOf(spans: Span[]): TraceTree {
  return buildTree(clearLoneShared(mergeTrace(cleanSpans(spans))));
}

function printed(nodes: readonly TraceNode[]): string {
  return nodes
    .map((node) => {
      const mark = node.orphan ? '!' : '';
      const name = node.span.id.replace(/^0+/, '') + (node.span.shared ? 's' : '') + mark;
      return node.children.length === 0 ? name : `${name}(${printed(node.children)})`;
    })
    .join(' ');
}

describe('tree', () => {
  it('puts a server half under its client half', () => {
    expect(printed(treeOf(demoSpans()).roots)).toBe('1(2(2s(3(3s))))');
  });
  it('prefers the server half at the same endpoint as parent', () => {
    const tree = treeOf([
      span('1', { kind: 'CLIENT', localEndpoint: at('a') }),
      span('1', { kind: 'SERVER', shared: true, localEndpoint: at('b') }),
      span('1', { kind: 'SERVER', shared: true, localEndpoint: at('c') }),
      span('4', { parentId: '1', localEndpoint: at('c') }),
      span('5', { parentId: '1', localEndpoint: at('d') }),
    ]);
    expect(printed(tree.roots)).toBe('1(1s 1s(4) 5)');
  });
  it('finds a server half whose client never reported', () => {
    const tree = treeOf([
      span('1', { localEndpoint: at('a') }),
      span('2', { parentId: '1', kind: 'SERVER', shared: true, localEndpoint: at('b') }),
      span('3', { parentId: '2', localEndpoint: at('elsewhere') }),
    ]);
    expect(printed(tree.roots)).toBe('1(2s(3))');
  });
  it('sorts siblings by start and puts those without one last', () => {
    const tree = treeOf([
      span('1', { timestamp: 1 }),
      span('5', { parentId: '1' }),
      span('4', { parentId: '1', timestamp: 9 }),
      span('3', { parentId: '1', timestamp: 30 }),
    ]);
    expect(printed(tree.roots)).toBe('1(4 3 5)');
  });
  it('hangs spans with an absent parent under the root and counts them', () => {
    const tree = treeOf([span('1'), span('2', { parentId: '77' }), span('3', { parentId: '2' })]);
    expect(printed(tree.roots)).toBe('1(2!(3))');
    expect(tree).toMatchObject({ orphans: 1, headless: false, cycles: 0 });
  });
  it('has several tops when no span is the root', () => {
    const tree = treeOf([
      span('2', { parentId: '1', timestamp: kStart + 5 }),
      span('3', { parentId: '1', timestamp: kStart }),
      span('4', { parentId: '3', timestamp: kStart + 1 }),
    ]);
    expect(printed(tree.roots)).toBe('3!(4) 2!');
    expect(tree).toMatchObject({ headless: true, orphans: 2 });
  });
  it('makes the earliest of several roots the root', () => {
    const tree = treeOf([span('1', { timestamp: 9 }), span('2', { timestamp: 3 })]);
    expect(printed(tree.roots)).toBe('2(1)');
    expect(tree.extraRoots).toBe(1);
  });
  it('cuts a ring of parents once and keeps every span', () => {
    const tree = treeOf([
      span('1'),
      span('2', { parentId: '4' }),
      span('3', { parentId: '2' }),
      span('4', { parentId: '3' }),
      span('5', { parentId: '3' }),
    ]);
    expect(tree.cycles).toBe(1);
    expect(printed(tree.roots).match(/\d/g)?.sort().join('')).toBe('12345');
  });
  it('survives a trace that is nothing but a ring', () => {
    const tree = treeOf([span('1', { parentId: '2' }), span('2', { parentId: '1' })]);
    expect(tree.roots).toHaveLength(1);
    expect(tree).toMatchObject({ headless: true, cycles: 1 });
  });
  it('builds a chain of 100,000 spans without recursion', () => {
    const tree = buildTree(chain(100_000));
    expect(tree.roots).toHaveLength(1);
    expect(tree.nodes).toHaveLength(100_000);
  });
  it.each([
    ['a chain', chain],
    ['a chain told from its end', (count: number) => chain(count).reverse()],
    ['a bush', manySpans],
    ['orphans', orphans],
  ])('looks at each span of %s a few times, however many there are', (_, make) => {
    const few = readsIn(make(1_000));
    expect(few).toBeLessThan(1_000 * 40);
    expect(readsIn(make(4_000))).toBeLessThanOrEqual(few * 4 * 1.3);
  });
});

/** How often buildTree asks for a field of a span. Sorting siblings may grow by the logarithm. */
function readsIn(spans: readonly Span[]): number {
  let reads = 0;
  const watched = spans.map((each) => {
    return new Proxy(each, {
      get(target, field) {
        reads += 1;
        return Reflect.get(target, field);
      },
    });
  });
  buildTree(watched);
  return reads;
}

function chain(count: number): Span[] {
  return Array.from({ length: count }, (_, n) => {
    return span((n + 1).toString(16), { parentId: n === 0 ? undefined : n.toString(16) });
  });
}

function orphans(count: number): Span[] {
  return Array.from({ length: count }, (_, n) => {
    return span((n + 1).toString(16), { parentId: n === 0 ? undefined : `f${n.toString(16)}` });
  });
}
