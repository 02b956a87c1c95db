// SPDX-License-Identifier: Apache-2.0
// The whole label of the row the keyboard is at, where the row itself has no room for it. Pointers
// get the same words as the row's title. It keeps away from the half of the rows the cursor is in,
// and Escape takes it away.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { SpanText } from '../../ui/span_text';
import { rowWords } from './name_cell';
import type { RowIndent } from './row_indent';
import type { TraceState } from './trace_state';
import { rowDomId } from './waterfall_row';

function isCut(row: Element | null): boolean {
  const texts =
    row?.querySelectorAll('.wf-service:not(.visually-hidden), .wf-operation, .wf-remote') ?? [];
  return [...texts].some((text) => text.scrollWidth > text.clientWidth + 1);
}

export function WholeText(props: {
  readonly state: TraceState;
  /** New whenever rows are drawn anew: only then is the row measured again. */
  readonly indent: RowIndent;
  readonly isLow: boolean;
}): JSX.Element | null {
  const { state } = props;
  const cut = useSignal<number | undefined>(undefined);
  // After the paint, when widths are there to be read: before it, reading them lays out the page.
  useEffect(() => {
    const cursor = state.cursor.peek();
    cut.value = isCut(document.getElementById(rowDomId(cursor))) ? cursor : undefined;
  });
  const row = state.row(state.cursor.value);
  if (cut.value !== row?.index || row === undefined || state.isOpen.value) return null;
  if (state.dismissed.value === row.index) return null;
  return (
    <div class={props.isLow ? 'wf-whole wf-whole-top' : 'wf-whole'} aria-hidden="true">
      <span class="clamped">
        <SpanText text={rowWords(row)} />
      </span>
    </div>
  );
}
