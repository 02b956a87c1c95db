// SPDX-License-Identifier: Apache-2.0
// Moments as text and back, in the zone that the reader chose. `now` and the zone are always
// parameters, so that tests own both. A moment that is no JavaScript date (spans may start at any
// 64-bit microsecond) is said in words, never as NaN.

export type Zone = 'local' | 'utc';

/** ECMAScript's own bound: 100,000,000 days on either side of 1970. */
const kDateMax = 8.64e15;

function padded(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

/** Minutes east of Greenwich at that moment, so on both sides of a change to summer time. */
function minutesEast(ms: number, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(ms).getTimezoneOffset();
}

/** Day and clock as they stand on a wall in `zone`; undefined beyond all dates. */
function wall(ms: number, zone: Zone): readonly [day: string, clock: string] | undefined {
  if (!(Math.abs(ms) <= kDateMax)) return undefined;
  const at = new Date(ms);
  const [year, month, day, hours, minutes, seconds] =
    zone === 'utc'
      ? [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()].concat([
          at.getUTCHours(),
          at.getUTCMinutes(),
          at.getUTCSeconds(),
        ])
      : [at.getFullYear(), at.getMonth(), at.getDate()].concat([
          at.getHours(),
          at.getMinutes(),
          at.getSeconds(),
        ]);
  const clock = [hours, minutes, seconds].map((part) => padded(part ?? 0)).join(':');
  return [
    `${padded(year ?? 0, 4)}-${padded((month ?? 0) + 1)}-${padded(day ?? 0)}`,
    `${clock}.${padded(at.getUTCMilliseconds(), 3)}`,
  ];
}

/** `14:03:07.120`; `–` beyond all dates. */
export function formatClock(ms: number, zone: Zone): string {
  return wall(ms, zone)?.[1] ?? '–';
}

/** `2026-11-25`; `–` beyond all dates. */
export function formatDay(ms: number, zone: Zone): string {
  return wall(ms, zone)?.[0] ?? '–';
}

/** `UTC`, or what the reader's clock differed from it at that moment: `+05:30`. */
export function formatOffset(ms: number, zone: Zone): string {
  if (zone === 'utc') return 'UTC';
  const east = minutesEast(Math.abs(ms) <= kDateMax ? ms : 0, zone);
  const size = Math.abs(east);
  return `${east < 0 ? '-' : '+'}${padded(Math.floor(size / 60))}:${padded(size % 60)}`;
}

/**
 * A moment that may be pasted elsewhere: `2026-11-25 14:03:07.120 +05:30`, to the second with
 * `unit`. Beyond all dates: `after the year 275760`.
 */
export function formatMoment(ms: number, zone: Zone, unit: 'ms' | 's' = 'ms'): string {
  const [day, clock] = wall(ms, zone) ?? [];
  if (day === undefined || clock === undefined) {
    if (Number.isNaN(ms)) return '–';
    return ms > 0 ? 'after the year 275760' : 'before the year -271821';
  }
  return `${day} ${unit === 's' ? clock.slice(0, 8) : clock} ${formatOffset(ms, zone)}`;
}

/**
 * From one moment to another, to the second, and nothing twice that both have in common:
 * `2026-11-25 14:03:07 to 15:03:07 +05:30`.
 */
export function formatRange(start: number, end: number, zone: Zone): string {
  const [from, to] = [formatMoment(start, zone, 's'), formatMoment(end, zone, 's')];
  const [day, clock, offset] = from.split(' ');
  const [lastDay, lastClock, lastOffset] = to.split(' ');
  if (wall(start, zone) === undefined || wall(end, zone) === undefined || offset !== lastOffset) {
    return `${from} to ${to}`;
  }
  const last = day === lastDay ? lastClock : `${lastDay} ${lastClock}`;
  return `${day} ${clock} to ${last} ${offset}`;
}

/** `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; a future moment is `in …`. */
export function formatAge(ms: number, now: number): string {
  const seconds = Math.round((now - ms) / 1000);
  const size = Math.abs(seconds);
  if (Number.isNaN(size)) return '–';
  if (size < 2) return 'just now';
  const text =
    size < 60
      ? `${size} s`
      : size < 3600
        ? `${Math.floor(size / 60)} min`
        : size < 172_800
          ? `${Math.floor(size / 3600)} h`
          : `${Math.floor(size / 86_400)} d`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

/** What `<input type="datetime-local">` takes, to the second; '' beyond all dates. */
export function toField(ms: number, zone: Zone): string {
  const [day, clock] = wall(ms, zone) ?? [];
  return day === undefined || clock === undefined ? '' : `${day}T${clock.slice(0, 8)}`;
}

const kIso =
  /^(\d{4}-\d\d-\d\d)[T ,]\s*(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i;

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by their number of digits. */
function fromEpoch(digits: string): number | undefined {
  const scale = { 10: 1_000, 13: 1, 16: 1e-3, 19: 1e-6 }[digits.length];
  return scale === undefined ? undefined : Math.trunc(Number(digits) * scale);
}

/**
 * Reads what `formatMoment` and `toField` write, ISO 8601 with or without a zone, and numbers
 * since 1970 of 10 (s), 13 (ms), 16 (µs) or 19 (ns) digits. A text without a zone is of `zone`; of
 * an hour that summer time skips, the moment that JavaScript makes of it. Undefined for the rest.
 */
export function parseMoment(text: string, zone: Zone): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return fromEpoch(trimmed);
  const [, day, clock, named] = kIso.exec(trimmed) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const written = named?.toUpperCase() ?? (zone === 'utc' ? 'Z' : '');
  const offset = /^[+-]/.test(written)
    ? `${written.slice(0, 3)}:${written.slice(-2)}`
    : written && 'Z';
  const precise = clock.replace(',', '.').replace(/(\.\d{3})\d+$/, '$1');
  const ms = new Date(`${day}T${precise}${offset}`).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}
