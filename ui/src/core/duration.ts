// SPDX-License-Identifier: Apache-2.0
// Durations as people read and type them. Inside clew a duration is always whole microseconds.

const kUnits: readonly (readonly [string, number])[] = [
  ['µs', 1],
  ['ms', 1_000],
  ['s', 1_000_000],
];
const kMinute = 60_000_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** Both parts even where the second is 0: `1 min` for 60.2 s would say more than is known. */
function twoParts(
  us: number,
  big: number,
  bigName: string,
  small: number,
  smallName: string,
): string {
  const total = Math.round(us / small);
  const perBig = big / small;
  return `${Math.floor(total / perBig)} ${bigName} ${total % perBig} ${smallName}`;
}

/**
 * Three digits, the unit changes at 1,000: `812 µs`, `41.2 ms`, `3.07 s`, `4 min 12 s`,
 * `2 h 5 min`.
 */
export function formatDuration(us: number): string {
  if (us < 0) return `-${formatDuration(-us)}`;
  if (us < 999.5) return `${Number.isInteger(us) ? us : threeDigits(us)} µs`;
  if (us < 999_500) return `${threeDigits(us / 1_000)} ms`;
  if (us < kMinute - 50_000) return `${threeDigits(us / 1_000_000)} s`;
  if (us < kHour - 500_000) return twoParts(us, kMinute, 'min', 1_000_000, 's');
  if (us < kDay - kMinute / 2) return twoParts(us, kHour, 'h', kMinute, 'min');
  return twoParts(us, kDay, 'd', kHour, 'h');
}

/**
 * `12,345`, whatever the reader's language, as every other number here. By hand: a browser's first
 * formatter of numbers takes it as long as drawing the page.
 */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `–` where nobody reported one. */
export function formatKnownDuration(us: number | undefined): string {
  return us === undefined ? '–' : formatDuration(us);
}

/** For rulers: no digits that say nothing, `0`, `50 ms`, `1.5 s`, `5 min`. */
export function formatTick(us: number): string {
  if (us === 0) return '0';
  const [name, size] = kUnits.findLast(([, unit]) => Math.abs(us) >= unit) ?? ['µs', 1];
  if (Math.abs(us) >= kMinute) return formatDuration(us).replace(/ 0 (?:s|min|h)$/, '');
  return `${Number((us / size).toFixed(3))} ${name}`;
}

/**
 * Reads `250ms`, `1.5s`, `2m`, `2min`, `80us`, `80µs` or a bare number of microseconds.
 * Undefined for anything else, and for what rounds to less than 1 µs.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|µs|μs|ms|s|min|m)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = match[2]?.toLowerCase().replace('μ', 'µ') ?? 'us';
  const size = { us: 1, µs: 1, ms: 1_000, s: 1_000_000, m: kMinute, min: kMinute }[unit] ?? 1;
  const us = Math.round(Number(match[1]) * size);
  return us >= 1 && Number.isSafeInteger(us) ? us : undefined;
}
