// SPDX-License-Identifier: Apache-2.0
// The address bar is a piece of state with one home: here. Paths are relative to <base href>, so
// the page works under any prefix. Links are ordinary anchors; plain clicks on ours stay in the
// page.
import { signal } from '@preact/signals';

export interface Place {
  /** Below the base, without a leading slash: '', 'traces/0abc', 'dependency'. */
  readonly path: string;
  /** With its `?`, or ''. */
  readonly search: string;
}

const kBase = new URL(document.baseURI);

function currentPlace(): Place {
  const { pathname, search } = globalThis.location;
  const path = pathname.startsWith(kBase.pathname) ? pathname.slice(kBase.pathname.length) : '';
  return { path: path === 'index.html' ? '' : path, search };
}

export const place = signal<Place>(currentPlace());

/** An address below the base. */
export function urlOf(relative: string): URL {
  return new URL(relative, kBase);
}

/** `relative` is written as in an href: below the base. */
export function navigate(relative: string, how: 'push' | 'replace' = 'push'): void {
  const { pathname, search } = relative === '' ? kBase : urlOf(relative);
  if (how === 'push') globalThis.history.pushState(null, '', pathname + search);
  else globalThis.history.replaceState(null, '', pathname + search);
  place.value = currentPlace();
  if (how === 'push') globalThis.scrollTo(0, 0);
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
  document.addEventListener('click', followClick);
  globalThis.addEventListener('popstate', () => {
    place.value = currentPlace();
  });
}
