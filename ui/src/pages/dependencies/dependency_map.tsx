// SPDX-License-Identifier: Apache-2.0
// The links as a picture, callers left; too many for one are said so, in words.
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { formatLinkQuery, type LinkQuery } from '../../core/link_query';
import { busiestServices, type MapNode, mapServices, type ServiceMap } from '../../core/links';
import type { DependencyLink } from '../../core/model';
import { ServiceChip } from '../../ui/service_chip';
import { edgeAddress } from './dependency_table';
import { Edge, kColumnGap, kNodeHeight, kNodeWidth, NodeBox, type Point } from './map_marks';

const kPlaceGap = 22;
const kMargin = 12;
/** Room for lines that come back to the first column. */
const kLoopMargin = 76;
/** Above this the picture is a tangle; the table stands alone. */
const kServicesMax = 120;
const kBusiestShown = 8;

function placeOf(node: MapNode, places: number, inColumn: number, left: number): Point {
  const free = ((places - inColumn) * (kNodeHeight + kPlaceGap)) / 2;
  return {
    x: left + node.column * (kNodeWidth + kColumnGap),
    y: kMargin + free + node.place * (kNodeHeight + kPlaceGap),
  };
}

/** Too many services for one picture: says so, and where to go from here. */
function TooMany(props: {
  readonly count: number;
  readonly links: readonly DependencyLink[];
  readonly query: LinkQuery;
}): JSX.Element {
  const busiest = busiestServices(props.links).slice(0, kBusiestShown);
  return (
    <div class="map-left-out">
      <p>
        <b>{props.count} services are too many for one map</b> (it draws up to {kServicesMax}). The
        table below has every link. For a map, find a service to see those it calls and is called
        by; the busiest are:
      </p>
      <ul class="map-busiest">
        {busiest.map((service) => (
          <li key={service}>
            <a href={aroundAddress(props.query, service)}>
              <ServiceChip service={service} />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function aroundAddress(query: LinkQuery, service: string): string {
  return `dependency?${formatLinkQuery({ ...query, find: service })}`;
}

interface Layout {
  readonly map: ServiceMap;
  readonly points: ReadonlyMap<string, Point>;
  readonly width: number;
  readonly height: number;
}

function layOut(links: readonly DependencyLink[]): Layout {
  const map = mapServices(links);
  const inColumn = new Map<number, number>();
  for (const { column } of map.nodes) inColumn.set(column, (inColumn.get(column) ?? 0) + 1);
  const first = new Set(map.nodes.filter((node) => node.column === 0).map((node) => node.service));
  const left = links.some((link) => first.has(link.child)) ? kLoopMargin : kMargin;
  const points = new Map(
    map.nodes.map((node) => {
      return [node.service, placeOf(node, map.places, inColumn.get(node.column) ?? 1, left)];
    }),
  );
  const width = 2 * left + map.columns * (kNodeWidth + kColumnGap) - kColumnGap;
  const height = 2 * kMargin + map.places * (kNodeHeight + kPlaceGap) - kPlaceGap;
  return { map, points, width, height };
}

/** A map larger than its frame opens at its busiest service, not at an empty corner. */
function useBusiestInView(links: readonly DependencyLink[], { points }: Layout) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const node = frame.current;
    const at = points.get(busiestServices(links)[0] ?? '');
    if (node === null || at === undefined) return;
    node.scrollLeft = at.x + kNodeWidth / 2 - node.clientWidth / 2;
    node.scrollTop = at.y + kNodeHeight / 2 - node.clientHeight / 2;
  }, [links, points]);
  return frame;
}

interface MapProps {
  readonly links: readonly DependencyLink[];
  readonly query: LinkQuery;
  /** The window on screen, for the links to traces. */
  readonly fixed: LinkQuery;
}

function Picture(props: MapProps & { readonly layout: Layout }): JSX.Element {
  const { links, query, fixed, layout } = props;
  const { map, points, width, height } = layout;
  const frame = useBusiestInView(links, layout);
  const most = links.reduce((top, link) => Math.max(top, link.callCount), 1);
  const words = `Map of ${map.nodes.length} services; the table below says the same`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="map-frame" ref={frame} tabIndex={0} aria-label={words}>
      <svg
        class="service-map"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        aria-hidden="true"
      >
        {links.map((link) => {
          const from = points.get(link.parent);
          const to = points.get(link.child);
          if (from === undefined || to === undefined) return null;
          const key = `${link.parent}\n${link.child}`;
          const href = edgeAddress(fixed, link);
          return <Edge key={key} link={link} from={from} to={to} most={most} href={href} />;
        })}
        {map.nodes.map(({ service }) => {
          const at = points.get(service);
          if (at === undefined) return null;
          return (
            <NodeBox key={service} service={service} at={at} href={aroundAddress(query, service)} />
          );
        })}
      </svg>
    </section>
  );
}

export function DependencyMap(props: MapProps): JSX.Element {
  const { links, query } = props;
  const layout = useMemo(() => layOut(links), [links]);
  const count = layout.map.nodes.length;
  if (count > kServicesMax) return <TooMany count={count} links={links} query={query} />;
  return <Picture {...props} layout={layout} />;
}
