// SPDX-License-Identifier: Apache-2.0
// Moments in the reader's own time zone. `now` is always a parameter, so that tests own the clock.

function padded(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

/** `14:03:07.120` */
export function formatClock(ms: number): string {
  const at = new Date(ms);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => padded(n)).join(':');
  return `${time}.${padded(at.getMilliseconds(), 3)}`;
}

/** `2026-11-25` */
export function formatDay(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${padded(at.getMonth() + 1)}-${padded(at.getDate())}`;
}

export function formatMoment(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms)}`;
}

/** `just now`, `12 s ago`, `5 m ago`, `3 h ago`, `2 d ago`; a future moment is `in …`. */
export function formatAge(ms: number, now: number): string {
  const seconds = Math.round((now - ms) / 1000);
  const size = Math.abs(seconds);
  if (size < 2) return 'just now';
  const text =
    size < 60
      ? `${size} s`
      : size < 3600
        ? `${Math.floor(size / 60)} m`
        : size < 172_800
          ? `${Math.floor(size / 3600)} h`
          : `${Math.floor(size / 86_400)} d`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

/** What `<input type="datetime-local">` takes, to the second. */
export function toLocalField(ms: number): string {
  const [day = '', clock = ''] = formatMoment(ms).split(' ');
  return `${day}T${clock.slice(0, 8)}`;
}

export function fromLocalField(text: string): number | undefined {
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}
