// SPDX-License-Identifier: Apache-2.0
// Places services on a map: callers left, callees right. Rings of calls are cut at the edge that
// closes them; inside a column services stand near the middle of their neighbours, so few lines
// cross. Good for some hundred services; the table is the complete answer.
import { compareText } from './clean';
import type { DependencyLink } from './model';

export interface MapNode {
  readonly service: string;
  readonly column: number;
  /** Place within the column, from 0. */
  readonly place: number;
}

export interface ServiceMap {
  readonly nodes: readonly MapNode[];
  readonly columns: number;
  readonly places: number;
}

const kSweeps = 4;

function outgoing(links: readonly DependencyLink[]): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const { parent, child } of links) {
    if (!targets.has(parent)) targets.set(parent, []);
    if (!targets.has(child)) targets.set(child, []);
    if (parent !== child) targets.get(parent)?.push(child);
  }
  return new Map([...targets].sort(([a], [b]) => compareText(a, b)));
}

/** Services so that every caller comes before its callees, but for calls that close a ring. */
function callerFirst(targets: ReadonlyMap<string, readonly string[]>): string[] {
  const called = new Set([...targets.values()].flat());
  const starts = [...targets.keys()].sort((a, b) => Number(called.has(a)) - Number(called.has(b)));
  const seen = new Set<string>();
  const finished: string[] = [];
  for (const start of starts) {
    const open: { service: string; next: number }[] = [];
    if (!seen.has(start)) open.push({ service: start, next: 0 });
    seen.add(start);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const child = targets.get(top.service)?.[top.next];
      top.next += 1;
      if (child === undefined) {
        finished.push(top.service);
        open.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        open.push({ service: child, next: 0 });
      }
    }
  }
  return finished.reverse();
}

function columnsOf(targets: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const order = callerFirst(targets);
  const rank = new Map(order.map((service, at) => [service, at]));
  const columns = new Map(order.map((service) => [service, 0]));
  for (const service of order) {
    for (const child of targets.get(service) ?? []) {
      if ((rank.get(child) ?? 0) <= (rank.get(service) ?? 0)) continue;
      columns.set(child, Math.max(columns.get(child) ?? 0, (columns.get(service) ?? 0) + 1));
    }
  }
  return columns;
}

function neighbours(links: readonly DependencyLink[]): Map<string, string[]> {
  const near = new Map<string, string[]>();
  for (const { parent, child } of links) {
    near.set(parent, [...(near.get(parent) ?? []), child]);
    near.set(child, [...(near.get(child) ?? []), parent]);
  }
  return near;
}

/** Orders each column by the mean relative height of a service's neighbours, a few times over. */
function settle(layers: string[][], near: ReadonlyMap<string, readonly string[]>): void {
  const height = new Map<string, number>();
  const measure = (layer: readonly string[]) => {
    for (const [at, service] of layer.entries()) height.set(service, (at + 0.5) / layer.length);
  };
  for (const layer of layers) measure(layer);
  for (let sweep = 0; sweep < kSweeps; sweep += 1) {
    for (const layer of layers) {
      const mean = new Map(
        layer.map((service) => {
          const around = near.get(service) ?? [];
          const sum = around.reduce((total, each) => total + (height.get(each) ?? 0.5), 0);
          return [service, around.length === 0 ? 0.5 : sum / around.length];
        }),
      );
      layer.sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0) || compareText(a, b));
      measure(layer);
    }
  }
}

export function mapServices(links: readonly DependencyLink[]): ServiceMap {
  const columns = columnsOf(outgoing(links));
  const layers: string[][] = [];
  for (const [service, column] of columns) {
    layers[column] ??= [];
    layers[column]?.push(service);
  }
  settle(layers, neighbours(links));
  const nodes = layers.flatMap((layer, column) => {
    return layer.map((service, place) => ({ service, column, place }));
  });
  const places = layers.reduce((most, layer) => Math.max(most, layer.length), 0);
  return { nodes, columns: layers.length, places };
}

/** Links of the services whose names contain `find`; of the one so named, if there is one. */
export function linksAround(
  links: readonly DependencyLink[],
  find: string,
): readonly DependencyLink[] {
  const wanted = find.trim().toLowerCase();
  if (wanted === '') return links;
  const isExact = links.some(({ parent, child }) => {
    return parent.toLowerCase() === wanted || child.toLowerCase() === wanted;
  });
  const isWanted = (service: string) => {
    const name = service.toLowerCase();
    return isExact ? name === wanted : name.includes(wanted);
  };
  return links.filter(({ parent, child }) => isWanted(parent) || isWanted(child));
}

/** Services by the calls they make and receive, most first. */
export function busiestServices(links: readonly DependencyLink[]): string[] {
  const calls = new Map<string, number>();
  for (const { parent, child, callCount } of links) {
    calls.set(parent, (calls.get(parent) ?? 0) + callCount);
    if (child !== parent) calls.set(child, (calls.get(child) ?? 0) + callCount);
  }
  return [...calls].sort(([a, m], [b, n]) => n - m || compareText(a, b)).map(([name]) => name);
}

/** From which share of failed calls on a link is marked; Zipkin's configuration has both. */
export interface ErrorRates {
  readonly low: number;
  readonly high: number;
}

export type ErrorLevel = 'none' | 'low' | 'high';

export function errorLevel(link: DependencyLink, rates: ErrorRates): ErrorLevel {
  const share = link.callCount > 0 ? (link.errorCount ?? 0) / link.callCount : 0;
  if (share === 0) return 'none';
  if (share >= rates.high) return 'high';
  return share >= rates.low ? 'low' : 'none';
}

/** `0.24 %`, `0.10 %`, `99 %`, or '' without errors. */
export function errorShare(link: DependencyLink): string {
  const errors = link.errorCount ?? 0;
  if (errors === 0 || link.callCount <= 0) return '';
  const percent = (errors / link.callCount) * 100;
  return `${percent >= 9.95 ? percent.toFixed(0) : percent.toPrecision(2)} %`;
}
