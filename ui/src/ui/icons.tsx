// SPDX-License-Identifier: Apache-2.0
// The few pictures of the page, drawn in the current text colour. Decoration only: what a control
// does is said by its label.
import type { JSX } from 'preact';

const kPaths = {
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM11 11l3.5 3.5',
  close: 'm3.5 3.5 9 9m0-9-9 9',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'm2.5 8.5 3.5 3.5 7.5-8',
  download: 'M8 1.5v8.5m-3.5-3.5L8 10l3.5-3.5M2 13.5h12',
  open: 'M1.5 13V3h4.5l1.5 2h7v8zM8 11.5V7.5m-2 2 2-2 2 2',
  reload: 'M13.5 8A5.5 5.5 0 1 1 11.5 3.8M11.8.8v3.4H8.4',
  previous: 'm3.5 10 4.5-4.5 4.5 4.5',
  next: 'm3.5 6 4.5 4.5L12.5 6',
  light:
    'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 .8v1.7M8 13.5v1.7M.8 8h1.7M13.5 8h1.7' +
    'M2.9 2.9l1.2 1.2m7.8 7.8 1.2 1.2M2.9 13.1l1.2-1.2m7.8-7.8 1.2-1.2',
  dark: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3Z',
  system: 'M1.5 2.5h13v8.5h-13zM5.5 14h5M8 11v3',
  unfold: 'm4.5 5.5 3.5-3.5 3.5 3.5m-7 5 3.5 3.5 3.5-3.5',
  fold: 'm4.5 2.5 3.5 3.5 3.5-3.5m-7 11 3.5-3.5 3.5 3.5',
  columns: 'M2 3.5h5M2 8h5M2 12.5h5M9.5 3.5H14M9.5 8H12M9.5 12.5h4.5',
  stacked: 'M2 3h7M2 6.5h12M2 10h5M2 13.5h9',
  'dock-right': 'M1.5 2.5h13v11h-13zM10 2.5v11',
  'dock-bottom': 'M1.5 2.5h13v11h-13zM1.5 9h13',
  focus: 'M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  link:
    'M6.5 9.5a3 3 0 0 0 4.3 0l2.3-2.3a3 3 0 0 0-4.3-4.3l-.8.8' +
    'm1.5 2.8a3 3 0 0 0-4.3 0L2.9 8.8a3 3 0 0 0 4.3 4.3l.8-.8',
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={kPaths[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
