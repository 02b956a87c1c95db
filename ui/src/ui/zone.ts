// SPDX-License-Identifier: Apache-2.0
// Which clock the page writes times by: the reader's own zone or UTC. Every view that shows a time
// reads this signal; the top bar shows and switches it.
import { formatOffset, type Zone } from '../core/instant';
import { oneOf, remembered } from './remembered';

export const zone = remembered<Zone>('clew.zone', 'local', oneOf(['local', 'utc']));

export function switchZone(): void {
  zone.value = zone.peek() === 'utc' ? 'local' : 'utc';
}

let name: string | undefined;

/** `Asia/Kolkata`, as the browser knows the reader's zone. Slow the first time: 20 ms. */
function localName(): string {
  name ??= new Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'local time';
  return name;
}

/** `UTC`, or `Asia/Kolkata, +05:30`. */
export function zoneWords(of: Zone, now: number): string {
  return of === 'utc' ? 'UTC' : `${localName()}, ${formatOffset(now, of)}`;
}
