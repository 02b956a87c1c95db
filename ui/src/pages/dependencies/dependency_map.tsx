// SPDX-License-Identifier: Apache-2.0
// The links as a picture, callers left. Width of a line: calls; a dashed red line has errors.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { markOf } from '../../core/colours';
import { type MapNode, mapServices } from '../../core/links';
import type { DependencyLink } from '../../core/model';
import { serviceLook } from '../../ui/service_chip';

const kNodeWidth = 164;
const kNodeHeight = 34;
const kColumnGap = 120;
const kPlaceGap = 22;
const kMargin = 12;
/** Room for lines that come back to the first column. */
const kLoopMargin = 76;
const kNameLettersMax = 15;
/** Above this the picture is a tangle; the table stands alone. */
export const kServicesMax = 120;

interface Point {
  readonly x: number;
  readonly y: number;
}

function placeOf(node: MapNode, places: number, inColumn: number, left: number): Point {
  const free = ((places - inColumn) * (kNodeHeight + kPlaceGap)) / 2;
  return {
    x: left + node.column * (kNodeWidth + kColumnGap),
    y: kMargin + free + node.place * (kNodeHeight + kPlaceGap),
  };
}

function shortened(name: string): string {
  return name.length > kNameLettersMax ? `${name.slice(0, kNameLettersMax - 1)}…` : name;
}

function curve(from: Point, to: Point): string {
  const startX = from.x + kNodeWidth;
  const startY = from.y + kNodeHeight / 2;
  const endY = to.y + kNodeHeight / 2;
  const isBack = to.x <= from.x;
  const bend = isBack ? kColumnGap * 0.8 : Math.max((to.x - startX) / 2, 30);
  const dip = isBack ? kNodeHeight * 1.4 : 0;
  return [
    `M${startX} ${startY}`,
    `C${startX + bend} ${startY + dip} ${to.x - bend} ${endY + dip} ${to.x - 6} ${endY}`,
  ].join('');
}

function Edge(props: {
  readonly link: DependencyLink;
  readonly from: Point;
  readonly to: Point;
  readonly most: number;
}): JSX.Element {
  const { link, from, to, most } = props;
  const errors = link.errorCount ?? 0;
  const width = 1.2 + 3.2 * Math.sqrt(link.callCount / most);
  const tipY = to.y + kNodeHeight / 2;
  const words = `${link.parent} calls ${link.child}: ${link.callCount} times, ${errors} errors`;
  const middleX = (from.x + kNodeWidth + to.x) / 2;
  const middleY = (from.y + to.y + kNodeHeight) / 2;
  return (
    <g class={errors > 0 ? 'edge edge-errors' : 'edge'}>
      <title>{words}</title>
      <path d={curve(from, to)} stroke-width={width} />
      <path
        class="edge-tip"
        d={`M${to.x - 8} ${tipY - 4}L${to.x} ${tipY}L${to.x - 8} ${tipY + 4}Z`}
      />
      {to.x > from.x && (
        <text x={middleX} y={middleY - 6} text-anchor="middle">
          {link.callCount}
        </text>
      )}
    </g>
  );
}

function NodeBox(props: { readonly service: string; readonly at: Point }): JSX.Element {
  const { service, at } = props;
  return (
    <g
      class={`map-node ${serviceLook(service, undefined)}`}
      transform={`translate(${at.x} ${at.y})`}
    >
      <title>{service}</title>
      <rect class="map-box" width={kNodeWidth} height={kNodeHeight} rx="6" />
      <rect class="map-mark" x="7" y="7" width="26" height={kNodeHeight - 14} rx="4" />
      <text class="map-letters" x="20" y={kNodeHeight / 2 + 4} text-anchor="middle">
        {markOf(service)}
      </text>
      <text class="map-name" x="41" y={kNodeHeight / 2 + 4.5}>
        {shortened(service)}
      </text>
    </g>
  );
}

export function DependencyMap(props: {
  readonly links: readonly DependencyLink[];
}): JSX.Element | null {
  const { links } = props;
  const map = useMemo(() => mapServices(links), [links]);
  if (map.nodes.length > kServicesMax) return null;
  const inColumn = new Map<number, number>();
  for (const { column } of map.nodes) inColumn.set(column, (inColumn.get(column) ?? 0) + 1);
  const first = new Set(map.nodes.filter((node) => node.column === 0).map((node) => node.service));
  const left = links.some((link) => first.has(link.child)) ? kLoopMargin : kMargin;
  const points = new Map(
    map.nodes.map((node) => {
      return [node.service, placeOf(node, map.places, inColumn.get(node.column) ?? 1, left)];
    }),
  );
  const most = links.reduce((top, link) => Math.max(top, link.callCount), 1);
  const width = 2 * left + map.columns * (kNodeWidth + kColumnGap) - kColumnGap;
  const height = 2 * kMargin + map.places * (kNodeHeight + kPlaceGap) - kPlaceGap;
  return (
    <div class="map-frame">
      <svg
        class="service-map"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Map of ${map.nodes.length} services; the table below says the same`}
      >
        {links.map((link) => {
          const from = points.get(link.parent);
          const to = points.get(link.child);
          if (from === undefined || to === undefined) return null;
          const key = `${link.parent}\n${link.child}`;
          return <Edge key={key} link={link} from={from} to={to} most={most} />;
        })}
        {map.nodes.map(({ service }) => {
          const at = points.get(service);
          if (at === undefined) return null;
          return <NodeBox key={service} service={service} at={at} />;
        })}
      </svg>
    </div>
  );
}
