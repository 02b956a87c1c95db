// SPDX-License-Identifier: Apache-2.0
// Where the subtree on screen hangs in the whole trace, and the ways out of it.
import type { JSX } from 'preact';
import { ancestorsOf } from '../../core/outline';
import { titleOf } from '../../core/trace';
import { visibleText } from '../../core/visible';
import { RowTitle } from './row_title';
import { kStackWidth } from './trace_layout';
import type { TraceState } from './trace_state';

/** Nearest ancestors shown where there is room; those between them and the root are a count. */
const kNearest = 2;

export function Crumbs(props: {
  readonly state: TraceState;
  readonly width: number;
}): JSX.Element | null {
  const { state, width } = props;
  const top = state.top.value;
  const row = top === undefined ? undefined : state.row(top);
  if (row === undefined) return null;
  const above = ancestorsOf(state.trace.rows, row.index).filter((index) => index > 0);
  const nearest = width < kStackWidth ? [] : above.slice(-kNearest);
  return (
    <nav class="crumbs" aria-label="Subtree">
      <button type="button" class="link" onClick={() => state.focusOn(undefined)}>
        Whole trace
      </button>
      {above.length > nearest.length && (
        <span class="muted" title={`${above.length - nearest.length} levels between`}>
          › ⋯ {above.length - nearest.length}
        </span>
      )}
      {nearest.map((index) => {
        const each = state.row(index);
        if (each === undefined) return null;
        return (
          <span key={index} class="crumb">
            ›{' '}
            <button type="button" class="link" onClick={() => state.focusOn(index)}>
              <RowTitle row={each} caller={false} />
            </button>
          </span>
        );
      })}
      <span class="crumb" aria-current="true">
        ›{' '}
        <strong title={visibleText(titleOf(row))}>
          <RowTitle row={row} caller={false} />
        </strong>
      </span>
    </nav>
  );
}
