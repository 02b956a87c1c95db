// SPDX-License-Identifier: Apache-2.0
// Goal: colours stay apart and readable, in both themes and for eyes that see two primaries.
// Method: every pair of service hues measured in OKLab after simulating protanopia and deuteranopia
// (Machado, Oliveira and Fernandes 2009), and WCAG contrast of what is written on what.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kColourCount } from '../../core/colours';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
type Rgb = readonly [number, number, number];

const kNear = 8;
/** With both tints. */
const kNearOfAll = 5.5;
const kBarContrast = 3;
const kTextContrast = 4.5;
const kEyes: Readonly<Record<string, readonly Rgb[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

function token(name: string, theme: 'light' | 'dark'): Rgb {
  const pair = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
  const hex = pair?.[theme === 'light' ? 1 : 2];
  if (hex === undefined) throw new Error(`no token ${name}`);
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)].map((value) => {
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
}

const dot = (a: Rgb, b: Rgb) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function seen(colour: Rgb, eye: string): Rgb {
  const rows = kEyes[eye] ?? [];
  return rows.map((row) => Math.min(Math.max(dot(row, colour), 0), 1)) as unknown as Rgb;
}

function oklab(colour: Rgb): Rgb {
  const l = Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], colour));
  const m = Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], colour));
  const s = Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], colour));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(a: Rgb, b: Rgb): number {
  const [x, y] = [oklab(a), oklab(b)];
  return 100 * Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [a, b].map((each) => dot([0.2126, 0.7152, 0.0722], each) + 0.05);
  return Math.max((x ?? 1) / (y ?? 1), (y ?? 1) / (x ?? 1));
}

const numbers = Array.from({ length: kColourCount }, (_, n) => n);

function nearestOf(colours: readonly Rgb[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  colours.forEach((a, at) => {
    for (const b of colours.slice(at + 1)) nearest = Math.min(nearest, distance(a, b));
  });
  return nearest;
}

describe.each(['light', 'dark'] as const)('tokens, %s', (theme) => {
  it.each(Object.keys(kEyes))('keeps service colours apart for %s eyes', (eye) => {
    const colours = numbers.map((n) => seen(token(`hue-${n}`, theme), eye));
    expect(nearestOf(colours.slice(0, 10))).toBeGreaterThanOrEqual(kNear);
    expect(nearestOf(colours)).toBeGreaterThanOrEqual(kNearOfAll);
    const failure = seen(token('error', theme), eye);
    for (const colour of colours) expect(distance(colour, failure)).toBeGreaterThanOrEqual(5);
  });
  it.each(numbers)('shows hue %d against the ground and letters on it', (n) => {
    const hue = token(`hue-${n}`, theme);
    expect(contrast(hue, token('ground', theme))).toBeGreaterThanOrEqual(kBarContrast);
    expect(contrast(hue, token(`ink-${n}`, theme))).toBeGreaterThanOrEqual(kTextContrast);
  });
  it.each([
    ['text', 'ground'],
    ['text', 'accent-wash'],
    ['text', 'match'],
    ['text-soft', 'ground'],
    ['text-soft', 'surface'],
    ['text-soft', 'hover'],
    ['text-soft', 'accent-wash'],
    ['accent', 'ground'],
    ['accent', 'surface'],
    ['accent', 'accent-wash'],
    ['accent-ink', 'accent'],
    ['error', 'ground'],
    ['error', 'error-wash'],
    ['error', 'hover'],
    ['warning', 'ground'],
    ['text', 'warning-wash'],
  ])('writes %s on %s', (ink, paper) => {
    expect(contrast(token(ink, theme), token(paper, theme))).toBeGreaterThanOrEqual(kTextContrast);
  });
});
