// SPDX-License-Identifier: Apache-2.0
// How large an element is, kept up to date.
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** The element's reference, its width and its height; `usual` wide until it has been laid out. */
export function useWidth<T extends Element>(usual: number): [RefObject<T | null>, number, number] {
  const node = useRef<T>(null);
  const width = useSignal(usual);
  const height = useSignal(0);
  // Looks again after every drawing: the element may come and go.
  const watched = useRef<{ element: Element; observer: ResizeObserver } | undefined>(undefined);
  useLayoutEffect(() => {
    const element = node.current;
    if (watched.current?.element === element) return;
    watched.current?.observer.disconnect();
    watched.current = undefined;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
      height.value = element.clientHeight;
    });
    observer.observe(element);
    watched.current = { element, observer };
  });
  useLayoutEffect(() => () => watched.current?.observer.disconnect(), []);
  return [node, width.value, height.value];
}
