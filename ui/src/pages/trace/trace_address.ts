// SPDX-License-Identifier: Apache-2.0
// The part of the address that this page writes: the opened span, the subtree in focus, the tab.
// It is written a moment later, because browsers refuse more than a few hundred address changes a
// minute; whoever copies the link gets what is on screen, written or not.
import { navigate, place, urlOf } from '../../ui/router';

const kDelayMs = 200;
const kNames = ['span', 'focus', 'tab'] as const;

/** Absent ones are not in the address. */
export type AddressPart = Partial<Record<(typeof kNames)[number], string | undefined>>;

function partOf(search: string): AddressPart {
  const params = new URLSearchParams(search);
  return Object.fromEntries(kNames.map((name) => [name, params.get(name) ?? undefined]));
}

function isSame(a: AddressPart | undefined, b: AddressPart): boolean {
  return a !== undefined && kNames.every((name) => a[name] === b[name]);
}

export class TraceAddress {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private written: AddressPart | undefined;
  private readonly onScreen: () => AddressPart;

  constructor(onScreen: () => AddressPart) {
    this.onScreen = onScreen;
  }

  /** What an address asks for; undefined when this page wrote it itself. */
  read(search: string): AddressPart | undefined {
    const part = partOf(search);
    if (isSame(this.written, part)) return undefined;
    this.written = part;
    return part;
  }

  /** Goes on where that of an earlier reading of the trace stopped. */
  adopt(before: TraceAddress): void {
    this.written = before.written;
    if (before.timer !== undefined) this.write();
  }

  write(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writeNow(), kDelayMs);
  }

  link(): string {
    if (this.timer !== undefined) this.writeNow();
    const { path, search } = place.peek();
    return urlOf(path + search).href;
  }

  /** Stops what would still write to the address of a page that is gone. */
  leave(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private writeNow(): void {
    this.leave();
    const { path, search } = place.peek();
    const params = new URLSearchParams(search);
    const part = this.onScreen();
    for (const name of kNames) {
      const value = part[name];
      if (value === undefined) params.delete(name);
      else params.set(name, value);
    }
    this.written = partOf(`?${params}`);
    const text = params.toString();
    navigate(text === '' ? path : `${path}?${text}`, 'replace');
  }
}
