// SPDX-License-Identifier: Apache-2.0
// The links as a picture, callers left; too many for one are said so, in words.
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useMemo } from 'preact/hooks';
import { formatLinkQuery, type LinkQuery } from '../../core/link_query';
import { busiestServices, type MapNode, mapServices, type ServiceMap } from '../../core/links';
import type { DependencyLink } from '../../core/model';
import { ServiceChip } from '../../ui/service_chip';
import { useWidth } from '../../ui/use_width';
import { edgeAddress } from './dependency_table';
import { Edge, kNodeHeight, kNodeWidth, NodeBox, type Point } from './map_marks';

const kPlaceGap = 22;
/** Between two columns: room for a number on each line; and where two columns would not fit. */
const kColumnGap = 120;
const kNarrowGap = 32;
const kNarrow = 2 * (kNodeWidth + kColumnGap);
const kMargin = 12;
/** Room for lines that come back to the first column. */
const kLoopMargin = 76;
/** Above this the picture is a tangle; the table stands alone. */
const kServicesMax = 120;
const kBusiestShown = 8;

function heightOf(places: number): number {
  return places * (kNodeHeight + kPlaceGap) - kPlaceGap;
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
  readonly points: ReadonlyMap<string, Point>;
  readonly gap: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

function layOut(map: ServiceMap, links: readonly DependencyLink[], gap: number): Layout {
  const inColumn = new Map<number, number>();
  for (const { column } of map.nodes) inColumn.set(column, (inColumn.get(column) ?? 0) + 1);
  const first = new Set(map.nodes.filter((node) => node.column === 0).map((node) => node.service));
  const left = links.some((link) => first.has(link.child)) ? kLoopMargin : kMargin;
  const step = kNodeWidth + gap;
  const placeOf = ({ column, place }: MapNode): Point => {
    const free = heightOf(map.places) - heightOf(inColumn.get(column) ?? 1);
    const above = free / 2 + place * (kNodeHeight + kPlaceGap);
    return { x: left + column * step, y: kMargin + above };
  };
  const points = new Map(map.nodes.map((node) => [node.service, placeOf(node)]));
  const width = 2 * left + map.columns * step - gap;
  return { points, gap, left, width, height: 2 * kMargin + heightOf(map.places) };
}

/**
 * A map larger than its frame opens at its busiest service, not at an empty corner: as many whole
 * columns as fit, with those that call it, and never half a box at the left.
 */
function useBusiestInView(frame: RefObject<HTMLElement | null>, busiest: Point, layout: Layout) {
  const { gap, left } = layout;
  const step = kNodeWidth + gap;
  useLayoutEffect(() => {
    const node = frame.current;
    if (node === null) return;
    const fitting = Math.max(Math.floor((node.clientWidth - 2 * kMargin + gap) / step), 1);
    const before = Math.ceil((fitting - 1) / 2);
    const column = Math.max((busiest.x - left) / step - before, 0);
    node.scrollLeft = column === 0 ? 0 : left + column * step - kMargin;
    node.scrollTop = busiest.y + kNodeHeight / 2 - node.clientHeight / 2;
  }, [frame, busiest, gap, left]);
}

interface MapProps {
  readonly links: readonly DependencyLink[];
  readonly query: LinkQuery;
  /** The window on screen, for the links to traces. */
  readonly fixed: LinkQuery;
}

function Picture(props: MapProps & { readonly map: ServiceMap }): JSX.Element {
  const { links, query, fixed, map } = props;
  const [frame, room] = useWidth<HTMLElement>(kNarrow);
  const gap = room < kNarrow ? kNarrowGap : kColumnGap;
  const layout = useMemo(() => layOut(map, links, gap), [map, links, gap]);
  const { points, width, height } = layout;
  useBusiestInView(frame, points.get(busiestServices(links)[0] ?? '') ?? { x: 0, y: 0 }, layout);
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
          const place = { from, to, most, gap, href };
          return <Edge key={key} link={link} {...place} />;
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
  const map = useMemo(() => mapServices(links), [links]);
  const count = map.nodes.length;
  if (count > kServicesMax) return <TooMany count={count} links={links} query={query} />;
  return <Picture {...props} map={map} />;
}
