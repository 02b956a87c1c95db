// SPDX-License-Identifier: Apache-2.0
// A whole trace as the page draws it: rows in pre-order, so a subtree is a range and a row's
// place is its identity. A client half and the server half that shares its id are one row with
// two bars. Made once per fetched trace; nothing here changes afterwards.
import { cleanSpans } from './clean';
import { clearLoneShared, mergeTrace } from './merge';
import { endOf, hasFailed, type Kind, type Span, serviceOf } from './model';
import { type ClockShift, findSkew } from './skew';
import { buildTree, compareStart, type TraceNode } from './tree';

export type RowKind = Kind | 'JOINED' | 'LOCAL';

/** One half of a row: the span as received and how far its clock is ahead. */
export interface Half {
  readonly span: Span;
  readonly skew: number;
}

export interface Row {
  readonly index: number;
  /** Index of the parent's row, -1 at the top. */
  readonly parent: number;
  readonly depth: number;
  /** Rows in this subtree, itself included. */
  readonly size: number;
  readonly id: string;
  readonly service: string;
  readonly name: string;
  /** The other side's name: as it was reported, or the caller's own in a joined row. */
  readonly remote: string | undefined;
  readonly kind: RowKind;
  readonly outer: Half;
  /** The server half that shares the outer half's id. */
  readonly inner: Half | undefined;
  readonly failed: boolean;
  /** An annotation says `error`, no tag does: the call recovered, or only a part of it failed. */
  readonly wavered: boolean;
  readonly orphan: boolean;
}

export interface Extent {
  /** Microseconds since 1970. */
  readonly start: number;
  readonly duration: number;
}

export interface Trace {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly spanCount: number;
  /** Service names in order, with the number of spans each reported. */
  readonly services: ReadonlyMap<string, number>;
  readonly depth: number;
  readonly failures: number;
  readonly raw: Extent;
  readonly corrected: Extent;
  readonly shifts: readonly ClockShift[];
  readonly headless: boolean;
  readonly extraRoots: number;
  readonly orphans: number;
  readonly cycles: number;
}

function pickInner(node: TraceNode): TraceNode | undefined {
  if (node.span.shared) return undefined;
  return node.children.find((child) => child.span.shared && child.span.id === node.span.id);
}

function childrenOf(node: TraceNode, inner: TraceNode | undefined): readonly TraceNode[] {
  if (inner === undefined) return node.children;
  const own = node.children.filter((child) => child !== inner);
  return [...own, ...inner.children].sort(compareStart);
}

function kindOf(span: Span, inner: Span | undefined): RowKind {
  return inner === undefined ? (span.kind ?? 'LOCAL') : 'JOINED';
}

function makeRow(node: TraceNode, inner: TraceNode | undefined, place: Place): Row {
  const face = inner?.span ?? node.span;
  const halves = inner === undefined ? [node.span] : [node.span, inner.span];
  const service = face.localEndpoint?.serviceName ?? serviceOf(node.span);
  const caller = node.span.localEndpoint?.serviceName;
  const remote = inner === undefined ? node.span.remoteEndpoint?.serviceName : caller;
  return {
    ...place,
    id: node.span.id,
    service,
    name: face.name ?? node.span.name ?? '',
    remote: remote === service ? undefined : remote,
    kind: kindOf(node.span, inner?.span),
    outer: { span: node.span, skew: node.skew },
    inner: inner && { span: inner.span, skew: inner.skew },
    failed: halves.some(hasFailed),
    wavered: halves.some((half) => half.annotations?.some((each) => each.value === 'error')),
    orphan: node.orphan,
  };
}

interface Place {
  readonly index: number;
  readonly parent: number;
  readonly depth: number;
  readonly size: number;
}

/** Pre-order without recursion; sizes are added up backwards, children before parents. */
function layRows(roots: readonly TraceNode[]): Row[] {
  const rows: Row[] = [];
  const open = roots.map((node) => ({ node, parent: -1, depth: 0 })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent, depth } = next;
    const inner = pickInner(node);
    const index = rows.length;
    rows.push(makeRow(node, inner, { index, parent, depth, size: 1 }));
    const children = childrenOf(node, inner);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child !== undefined) open.push({ node: child, parent: index, depth: depth + 1 });
    }
  }
  const sizes = new Int32Array(rows.length).fill(1);
  for (let at = rows.length - 1; at > 0; at -= 1) {
    const parent = rows[at]?.parent ?? -1;
    if (parent >= 0) sizes[parent] = (sizes[parent] ?? 0) + (sizes[at] ?? 0);
  }
  return rows.map((row) => ({ ...row, size: sizes[row.index] ?? 1 }));
}

function extentOf(nodes: readonly TraceNode[], corrected: boolean): Extent {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { span, skew } of nodes) {
    const shift = corrected ? skew : 0;
    start = Math.min(start, (span.timestamp ?? Number.POSITIVE_INFINITY) - shift);
    end = Math.max(end, (endOf(span) ?? Number.NEGATIVE_INFINITY) - shift);
  }
  return start <= end ? { start, duration: end - start } : { start: 0, duration: 0 };
}

function countServices(nodes: readonly TraceNode[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { span } of nodes) {
    const service = serviceOf(span);
    counts.set(service, (counts.get(service) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Builds the trace; undefined when there is no usable span in it. */
export function assembleTrace(spans: readonly Span[]): Trace | undefined {
  const tree = buildTree(clearLoneShared(mergeTrace(cleanSpans(spans))));
  const [first] = tree.nodes;
  if (first === undefined) return undefined;
  const shifts = findSkew(tree);
  const rows = layRows(tree.roots);
  return {
    id: first.span.traceId,
    rows,
    spanCount: tree.nodes.length,
    services: countServices(tree.nodes),
    depth: rows.reduce((deepest, row) => Math.max(deepest, row.depth + 1), 0),
    failures: tree.nodes.filter((node) => hasFailed(node.span)).length,
    raw: extentOf(tree.nodes, false),
    corrected: extentOf(tree.nodes, true),
    shifts,
    headless: tree.headless,
    extraRoots: tree.extraRoots,
    orphans: tree.orphans,
    cycles: tree.cycles,
  };
}

/** When a half starts and ends on the chosen clock; undefined when it never said. */
export function timesOf(half: Half, corrected: boolean): Extent | undefined {
  const { timestamp, duration } = half.span;
  if (timestamp === undefined) return undefined;
  return { start: timestamp - (corrected ? half.skew : 0), duration: duration ?? 0 };
}

/** The row's own duration: the outer half's, else the inner one's. */
export function durationOf(row: Row): number | undefined {
  return row.outer.span.duration ?? row.inner?.span.duration;
}

export function halvesOf(row: Row): readonly Half[] {
  return row.inner === undefined ? [row.outer] : [row.outer, row.inner];
}

/** The whole trace's duration on the chosen clock; undefined when no span reported one. */
export function wholeDuration(extent: Pick<Extent, 'duration'>): number | undefined {
  return extent.duration > 0 ? extent.duration : undefined;
}

/** As titleOf, with the caller of a joined row before it: its bar is the caller's. */
export function rowTitle(row: Row): string {
  const caller = row.kind === 'JOINED' && row.remote !== undefined ? `${row.remote} → ` : '';
  return caller + titleOf(row);
}

/** `service: operation` as headings and links say it. */
export function titleOf(row: { readonly service: string; readonly name: string }): string {
  return row.name === '' ? row.service : `${row.service}: ${row.name}`;
}
