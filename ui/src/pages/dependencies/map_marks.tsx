// SPDX-License-Identifier: Apache-2.0
// What the map draws: a line for each link, a box for each service. Width of a line: calls. A
// dashed line has errors: amber from the low error rate of the configuration on, red from the high
// one. Both are links for the pointer; the table and the find box do the same by keyboard.
import type { JSX } from 'preact';
import { markOf } from '../../core/colours';
import { formatCount } from '../../core/duration';
import { errorLevel, errorShare } from '../../core/links';
import type { DependencyLink } from '../../core/model';
import { visibleText } from '../../core/visible';
import { config, kConfigDefaults } from '../../ui/api';
import { serviceLook } from '../../ui/service_chip';

export const kNodeWidth = 164;
export const kNodeHeight = 34;
/** Less room than this between columns has no numbers in it; the table has them. */
const kLabelGap = 60;
const kNameLettersMax = 15;

export interface Point {
  readonly x: number;
  readonly y: number;
}

function shortened(name: string): string {
  const shown = [...visibleText(name)];
  if (shown.length <= kNameLettersMax) return shown.join('');
  return `${shown.slice(0, kNameLettersMax - 1).join('')}…`;
}

/** `gap`: room between two columns. */
function curve(from: Point, to: Point, gap: number): string {
  const startX = from.x + kNodeWidth;
  const startY = from.y + kNodeHeight / 2;
  const endY = to.y + kNodeHeight / 2;
  const isBack = to.x <= from.x;
  const bend = isBack ? gap * 0.8 : Math.max((to.x - startX) / 2, 30);
  const dip = isBack ? kNodeHeight * 1.4 : 0;
  return [
    `M${startX} ${startY}`,
    `C${startX + bend} ${startY + dip} ${to.x - bend} ${endY + dip} ${to.x - 6} ${endY}`,
  ].join('');
}

/** How far a line to the right has come down, when `share` of its way across is behind it. */
function descentAt(share: number): number {
  let [low, high] = [0, 1];
  for (let halvings = 0; halvings < 12; halvings += 1) {
    const t = (low + high) / 2;
    if (1.5 * t * (1 - t) + t ** 3 < share) low = t;
    else high = t;
  }
  return low ** 2 * (3 - 2 * low);
}

/** In the middle of the last gap, where no box is: a line may pass below the boxes between. */
function labelPoint(from: Point, to: Point, gap: number): Point {
  const share = 1 - gap / 2 / (to.x - from.x - kNodeWidth);
  return {
    x: to.x - gap / 2,
    y: from.y + (to.y - from.y) * descentAt(share) + kNodeHeight / 2 - 6,
  };
}

export function Edge(props: {
  readonly link: DependencyLink;
  readonly from: Point;
  readonly to: Point;
  readonly most: number;
  readonly gap: number;
  readonly href: string;
}): JSX.Element {
  const { link, from, to, most, gap, href } = props;
  const errors = link.errorCount ?? 0;
  const level = errorLevel(link, config.value?.errorRates ?? kConfigDefaults.errorRates);
  const width = 1.2 + 3.2 * Math.sqrt(link.callCount / most);
  const tipY = to.y + kNodeHeight / 2;
  const share = errors > 0 ? ` (${errorShare(link)})` : '';
  const calls = `${formatCount(link.callCount)} times, ${formatCount(errors)} errors${share}`;
  const words = `${link.parent} calls ${link.child}: ${calls}. Click for its traces`;
  const label = to.x > from.x && gap >= kLabelGap ? labelPoint(from, to, gap) : undefined;
  return (
    <a class={`edge errors-${level}`} href={href} tabindex={-1}>
      <title>{visibleText(words)}</title>
      <path class="edge-reach" d={curve(from, to, gap)} />
      <path d={curve(from, to, gap)} stroke-width={width} />
      <path
        class="edge-tip"
        d={`M${to.x - 8} ${tipY - 4}L${to.x} ${tipY}L${to.x - 8} ${tipY + 4}Z`}
      />
      {label && (
        <text {...label} text-anchor="middle">
          {formatCount(link.callCount)}
          {errors > 0 && <tspan class="edge-share"> ✕ {errorShare(link)}</tspan>}
        </text>
      )}
    </a>
  );
}

export function NodeBox(props: {
  readonly service: string;
  readonly at: Point;
  readonly href: string;
}): JSX.Element {
  const { service, at, href } = props;
  return (
    <a class={`map-node ${serviceLook(service, undefined)}`} href={href} tabindex={-1}>
      <g transform={`translate(${at.x} ${at.y})`}>
        <title>{visibleText(service)}. Click for its neighbours</title>
        <rect class="map-box" width={kNodeWidth} height={kNodeHeight} rx="6" />
        <rect class="map-mark" x="7" y="7" width="26" height={kNodeHeight - 14} rx="4" />
        <text class="map-letters" x="20" y={kNodeHeight / 2 + 4} text-anchor="middle">
          {markOf(service)}
        </text>
        <text class="map-name" x="41" y={kNodeHeight / 2 + 4.5}>
          {shortened(service)}
        </text>
      </g>
    </a>
  );
}
