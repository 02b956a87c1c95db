// SPDX-License-Identifier: Apache-2.0
// Which clock the page writes times by: the reader's own zone or UTC. Every view that shows a time
// reads this signal; the top bar shows and switches it.
import { signal } from '@preact/signals';
import { formatOffset, type Zone } from '../core/instant';
import { storeChoice, storedChoice } from './choice';

const kKey = 'clew.zone';

export const zone = signal<Zone>(storedChoice(kKey, ['local', 'utc'], 'local'));

export function switchZone(): void {
  zone.value = zone.peek() === 'utc' ? 'local' : 'utc';
  storeChoice(kKey, zone.peek());
}

/** `Asia/Kolkata`, as the browser knows the reader's zone. */
function localName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'local time';
}

/** `UTC`, or `Asia/Kolkata, +05:30`. */
export function zoneWords(of: Zone, now: number): string {
  return of === 'utc' ? 'UTC' : `${localName()}, ${formatOffset(now, of)}`;
}
