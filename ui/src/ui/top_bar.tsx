// SPDX-License-Identifier: Apache-2.0
// The bar over every page: where one is, a box that opens traces, the time zone and the theme.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatOffset, type Zone } from '../core/instant';
import { config } from './api';
import { Icon } from './icons';
import { KeyHelp } from './key_help';
import { now } from './now';
import { place } from './router';
import { nextTheme, theme } from './theme';
import { TraceBox } from './trace_box';
import { switchZone, zone, zoneWords } from './zone';

function NavLink(props: { readonly href: string; readonly here: boolean; readonly text: string }) {
  return (
    <a href={props.href} class="nav-link" aria-current={props.here ? 'page' : undefined}>
      {props.text}
    </a>
  );
}

/** The zone stands over every page, so that no time on it is without one. */
function ZoneButton(): JSX.Element {
  const isNamed = useSignal(false);
  const offset = formatOffset(now.value, zone.value);
  const other = zone.value === 'utc' ? 'local' : 'utc';
  // By its name only for who asks: to look that up costs as much as to draw half a page.
  const onAsk = () => {
    isNamed.value = true;
  };
  const words = (of: Zone) => zoneWords(of, now.value);
  const title = isNamed.value ? `${words(zone.value)}. Switch to ${words(other)}` : undefined;
  return (
    <button
      type="button"
      class="zone-button"
      title={title}
      aria-label={`Time zone: ${zone.value === 'utc' ? '' : 'UTC'}${offset}`}
      onPointerEnter={onAsk}
      onFocus={onAsk}
      onClick={switchZone}
    >
      {zone.value === 'utc' ? '' : <span class="zone-base">UTC</span>}
      {offset}
    </button>
  );
}

function skipToMain(event: MouseEvent): void {
  event.preventDefault();
  document.querySelector('main')?.focus();
}

export function TopBar(): JSX.Element {
  const { path } = place.value;
  return (
    <header class="top-bar">
      <a class="skip-link" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <a class="logo" href="." aria-label="clew: search traces">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <rect class="logo-ground" width="32" height="32" rx="8" />
          <path class="logo-thread" d="M23 11.2A8.4 8.4 0 1 0 23 20.8M16 16h10" />
        </svg>
        clew
      </a>
      <nav aria-label="Pages">
        <NavLink href="." here={path === ''} text="Search" />
        {config.value?.dependencyEnabled !== false && (
          <NavLink href="dependency" here={path === 'dependency'} text="Dependencies" />
        )}
      </nav>
      <TraceBox />
      <KeyHelp />
      <a
        class="icon-button open-link"
        href="traceViewer"
        title="Open traces from a file"
        aria-label="Open traces from a file"
        aria-current={path === 'traceViewer' ? 'page' : undefined}
      >
        <Icon name="open" />
      </a>
      <ZoneButton />
      <button
        type="button"
        class="icon-button theme-button"
        title={`Theme: ${theme.value}`}
        aria-label={`Theme: ${theme.value}`}
        onClick={nextTheme}
      >
        <Icon name={theme.value} />
      </button>
    </header>
  );
}
