// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the system says. The choice is an attribute on <html>; every colour follows
// from it in the style sheet, so nothing reloads and nothing is drawn again but the canvases
// that ask.
import { computed, effect, signal } from '@preact/signals';
import { oneOf, remembered } from './remembered';

export type Theme = 'system' | 'light' | 'dark';
const kThemes: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = remembered<Theme>('clew.theme', 'system', oneOf(kThemes));

const dark = globalThis.matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark.matches);
dark.addEventListener('change', () => {
  systemIsDark.value = dark.matches;
});

export const isDark = computed(() => {
  return theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value);
});

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function nextTheme(): void {
  theme.value = kThemes[(kThemes.indexOf(theme.value) + 1) % kThemes.length] ?? 'system';
}

/** What the browser makes of colour tokens just now, as `rgb(…)`. */
export function computedColours(tokens: readonly string[]): string[] {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const colours = tokens.map((token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}
