// SPDX-License-Identifier: Apache-2.0
// Pages of a list that may be long: 15,000 log lines at once would hold the browser up for seconds.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { formatCount } from '../../core/duration';
import { Icon } from '../../ui/icons';

export const kPageSize = 200;

interface PagerProps<T> {
  readonly items: readonly T[];
  /** "annotations" */
  readonly what: string;
  readonly size?: number;
  readonly children: (items: readonly T[]) => ComponentChildren;
}

export function Pager<T>({ items, what, size = kPageSize, children }: PagerProps<T>): JSX.Element {
  const page = useSignal(0);
  const pages = Math.max(Math.ceil(items.length / size), 1);
  const at = Math.min(page.value, pages - 1);
  const from = at * size;
  const to = Math.min(from + size, items.length);
  const turn = (step: number) => {
    page.value = Math.min(Math.max(at + step, 0), pages - 1);
  };
  return (
    <>
      {children(items.slice(from, to))}
      {pages > 1 && (
        <div class="pager">
          <button
            type="button"
            class="icon-button"
            title={`Earlier ${what}`}
            aria-label={`Earlier ${what}`}
            disabled={at === 0}
            onClick={() => turn(-1)}
          >
            <Icon name="previous" />
          </button>
          <button
            type="button"
            class="icon-button"
            title={`Later ${what}`}
            aria-label={`Later ${what}`}
            disabled={at === pages - 1}
            onClick={() => turn(1)}
          >
            <Icon name="next" />
          </button>
          <span class="muted" role="status">
            {formatCount(from + 1)}–{formatCount(to)} of {formatCount(items.length)} {what}
          </span>
        </div>
      )}
    </>
  );
}
