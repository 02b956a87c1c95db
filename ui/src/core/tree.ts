// SPDX-License-Identifier: Apache-2.0
// Who called whom: turns merged spans into a tree. What the trace cannot say is marked instead
// of guessed: a span whose parent never arrived hangs under the root and is called an orphan; a
// ring of parents is cut at one place and counted. Linear in the number of spans and free of
// recursion, so a chain of 100,000 calls neither hangs nor overflows.
import { compareText } from './clean';
import type { Endpoint, Span } from './model';

export interface TraceNode {
  readonly span: Span;
  readonly children: TraceNode[];
  parent: TraceNode | undefined;
  /** Has a parentId that no span here answers to, or lies on a ring of parents. */
  orphan: boolean;
  /** Microseconds that this span's clock is ahead of the root's (negative: behind). */
  skew: number;
}

export interface TraceTree {
  /** One node, unless no span says that it has no parent: then everything that hangs nowhere. */
  readonly roots: readonly TraceNode[];
  readonly nodes: readonly TraceNode[];
  readonly headless: boolean;
  /** Spans beyond the first that say they have no parent. */
  readonly extraRoots: number;
  readonly orphans: number;
  readonly cycles: number;
}

function sharedKey(id: string, endpoint: Endpoint | undefined): string {
  if (endpoint === undefined) return id;
  return [id, endpoint.serviceName, endpoint.ipv4, endpoint.ipv6, endpoint.port].join('\n');
}

class Index {
  private readonly own = new Map<string, TraceNode>();
  private readonly shared = new Map<string, TraceNode>();

  constructor(nodes: readonly TraceNode[]) {
    for (const node of nodes) {
      const { id, localEndpoint } = node.span;
      if (!node.span.shared) {
        if (!this.own.has(id)) this.own.set(id, node);
        continue;
      }
      for (const key of [sharedKey(id, localEndpoint), id]) {
        if (!this.shared.has(key)) this.shared.set(key, node);
      }
    }
  }

  /**
   * Nearest first: the server half at the child's own endpoint, the span itself, any server
   * half.
   */
  parentOf({ span }: TraceNode): TraceNode | undefined {
    const client = span.shared ? this.own.get(span.id) : undefined;
    if (client !== undefined || span.parentId === undefined) return client;
    return (
      this.shared.get(sharedKey(span.parentId, span.localEndpoint)) ??
      this.own.get(span.parentId) ??
      this.shared.get(span.parentId)
    );
  }
}

/** Follows parents upwards from every node once; where the way bites its tail it is cut. */
function cutCycles(nodes: readonly TraceNode[]): number {
  const seenIn = new Map<TraceNode, TraceNode>();
  let cycles = 0;
  for (const start of nodes) {
    let at: TraceNode | undefined = start;
    while (at !== undefined && !seenIn.has(at)) {
      seenIn.set(at, start);
      if (at.parent !== undefined && seenIn.get(at.parent) === start) {
        at.parent = undefined;
        at.orphan = true;
        cycles += 1;
      }
      at = at.parent;
    }
  }
  return cycles;
}

/** Earlier first, spans without a start last, ties by id so that the order never jumps. */
export function compareStart(a: TraceNode, b: TraceNode): number {
  const left = a.span.timestamp ?? Number.POSITIVE_INFINITY;
  const right = b.span.timestamp ?? Number.POSITIVE_INFINITY;
  return left === right ? compareText(a.span.id, b.span.id) : left - right;
}

function pickRoot(nodes: readonly TraceNode[]): TraceNode | undefined {
  let root: TraceNode | undefined;
  for (const node of nodes) {
    if (node.parent !== undefined || node.orphan) continue;
    if (root === undefined || compareStart(node, root) < 0) root = node;
  }
  return root;
}

export function buildTree(spans: readonly Span[]): TraceTree {
  const nodes = spans.map((span): TraceNode => {
    return { span, children: [], parent: undefined, orphan: false, skew: 0 };
  });
  const index = new Index(nodes);
  for (const node of nodes) {
    node.parent = index.parentOf(node);
    node.orphan = node.parent === undefined && node.span.parentId !== undefined;
  }
  const cycles = cutCycles(nodes);
  const root = pickRoot(nodes);
  const roots: TraceNode[] = root === undefined ? [] : [root];
  let extraRoots = 0;
  let orphans = 0;
  for (const node of nodes) {
    if (node.orphan) orphans += 1;
    if (node === root) continue;
    if (node.parent === undefined && root === undefined) {
      roots.push(node);
      continue;
    }
    if (node.parent === undefined && !node.orphan) extraRoots += 1;
    node.parent ??= root;
    node.parent?.children.push(node);
  }
  for (const node of nodes) node.children.sort(compareStart);
  roots.sort(compareStart);
  return { roots, nodes, headless: root === undefined, extraRoots, orphans, cycles };
}
