// SPDX-License-Identifier: Apache-2.0
// The address bar is a piece of state with one home: here. Paths are relative to <base href>, so
// the page works under any prefix. Links are ordinary anchors; plain clicks on ours stay in the
// page. Each history entry has a key, by which a page finds again what it kept for the way back.
import { signal } from '@preact/signals';

export interface Place {
  /** Below the base, without a leading slash: '', 'traces/0abc', 'dependency'. */
  readonly path: string;
  /** With its `?`, or ''. */
  readonly search: string;
  /** Of this entry of the history: the same after Back, Forward and reload, new for each step. */
  readonly key: string;
}

interface EntryState {
  readonly key: string;
}

/** In the tab's own storage: what the entry that was left last keeps over a reload. */
const kLeft = 'clew.left';
const kBase = new URL(document.baseURI);

function freshKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(2))].map((n) => n.toString(36)).join('-');
}

function entryState(): EntryState {
  const state: unknown = globalThis.history.state;
  const known = state !== null && typeof state === 'object' && 'key' in state ? state : undefined;
  if (typeof known?.key === 'string') return known as EntryState;
  const fresh = { key: freshKey() };
  globalThis.history.replaceState(fresh, '');
  return fresh;
}

function currentPlace(): Place {
  const { pathname, search } = globalThis.location;
  const path = pathname.startsWith(kBase.pathname) ? pathname.slice(kBase.pathname.length) : '';
  return { path: path === 'index.html' ? '' : path, search, key: entryState().key };
}

export const place = signal<Place>(currentPlace());

const leavers = new Set<(from: Place) => void>();

/** Called while the old entry is still in view, before another one is; returns how to end it. */
export function onLeave(leaver: (from: Place) => void): () => void {
  leavers.add(leaver);
  return () => leavers.delete(leaver);
}

function leave(): void {
  for (const leaver of leavers) leaver(place.peek());
}

/**
 * Keeps what a page wants to find again in the entry `key` after a reload; small and of JSON. (The
 * state of the history would be the place, but while a page goes away browsers no longer take it.)
 */
export function keepOverReload(key: string, page: unknown): void {
  try {
    sessionStorage.setItem(kLeft, JSON.stringify({ key, page }));
  } catch {
    // storage may be forbidden or full; then a reload begins at the top
  }
}

/** What was kept for this entry, if it was the last that was left; once. */
export function takeKeptOverReload(key: string): unknown {
  try {
    const left: unknown = JSON.parse(sessionStorage.getItem(kLeft) ?? 'null');
    if (left === null || typeof left !== 'object' || !('key' in left) || left.key !== key) return;
    sessionStorage.removeItem(kLeft);
    return 'page' in left ? left.page : undefined;
  } catch {
    return undefined;
  }
}

/** An address below the base. */
export function urlOf(relative: string): URL {
  return new URL(relative, kBase);
}

function scrollToTop(): void {
  document.querySelector('main')?.scrollTo(0, 0);
}

/** `relative` is written as in an href: below the base. */
export function navigate(relative: string, how: 'push' | 'replace' = 'push'): void {
  const { pathname, search } = relative === '' ? kBase : urlOf(relative);
  const to = pathname + search;
  if (how === 'push') {
    leave();
    globalThis.history.pushState({ key: freshKey() }, '', to);
    scrollToTop();
  } else globalThis.history.replaceState(entryState(), '', to);
  place.value = currentPlace();
}

function followClick(event: MouseEvent): void {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!plain || event.altKey || event.defaultPrevented || !(event.target instanceof Element))
    return;
  // Attributes, because the properties of an <a> inside an <svg> are objects.
  const link = event.target.closest('a[href]');
  if (link === null || link.hasAttribute('target') || link.hasAttribute('download')) return;
  const to = new URL(link.getAttribute('href') ?? '', kBase);
  const isOurs = to.origin === kBase.origin && to.pathname.startsWith(kBase.pathname);
  const path = to.pathname.slice(kBase.pathname.length);
  if (!isOurs || path.startsWith('api/') || path === 'config.json') return;
  event.preventDefault();
  navigate(path + to.search || '.');
}

export function startRouter(): void {
  globalThis.history.scrollRestoration = 'manual';
  document.addEventListener('click', followClick);
  globalThis.addEventListener('popstate', () => {
    leave();
    scrollToTop(); // a page that wants to be elsewhere goes there when its content is back
    place.value = currentPlace();
  });
  globalThis.addEventListener('pagehide', leave);
}
