// SPDX-License-Identifier: Apache-2.0
// What a reader must know to trust the picture. Nothing here unless it is true of this trace.
import type { ComponentChildren, JSX } from 'preact';
import { formatDuration } from '../../core/duration';
import type { ClockShift } from '../../core/skew';
import type { TraceState } from './trace_state';

const kShiftsMax = 3;

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function Note({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <li class="note">
      <span class="warning-mark" aria-hidden="true">
        ▲
      </span>
      {children}
    </li>
  );
}

function OrphanNote({ state }: { readonly state: TraceState }): JSX.Element {
  const { orphans } = state.trace;
  const show = () => {
    const { rows } = state.trace;
    const at = state.cursor.peek();
    const next = rows.find((row) => row.orphan && row.index > at) ?? rows.find((row) => row.orphan);
    if (next !== undefined) state.goTo(next.index);
  };
  return (
    <Note>
      <span>
        {plural(orphans, 'span has', 'spans have')} a parent that is missing here: not sent, not
        sampled, or late.
      </span>
      <button type="button" class="link" onClick={show}>
        Show
      </button>
    </Note>
  );
}

function shiftWords({ service, address, aheadUs }: ClockShift): string {
  const side = aheadUs > 0 ? 'ahead' : 'behind';
  return `the clock of ${service} (${address}) is ${formatDuration(Math.abs(aheadUs))} ${side}`;
}

function ClockNote({ state }: { readonly state: TraceState }): JSX.Element {
  const { shifts } = state.trace;
  const words = shifts.slice(0, kShiftsMax).map(shiftWords).join('; ');
  const rest = shifts.length > kShiftsMax ? `; and ${shifts.length - kShiftsMax} more` : '';
  const corrected = state.corrected.value;
  return (
    <Note>
      <span>
        Clocks differ: {words}
        {rest}. Bars are {corrected ? 'moved to fit' : 'shown as reported'}.
      </span>
      <fieldset class="segments small">
        <legend class="visually-hidden">Clocks</legend>
        {[true, false].map((choice) => (
          <button
            key={String(choice)}
            type="button"
            aria-pressed={corrected === choice}
            onClick={() => corrected !== choice && state.switchClock()}
          >
            {choice ? 'Corrected' : 'Raw'}
          </button>
        ))}
      </fieldset>
    </Note>
  );
}

export function NotesStrip({ state }: { readonly state: TraceState }): JSX.Element | null {
  const { headless, extraRoots, orphans, cycles, shifts } = state.trace;
  const hasNotes = headless || extraRoots > 0 || orphans > 0 || cycles > 0 || shifts.length > 0;
  if (!hasNotes) return null;
  return (
    <ul class="notes" aria-label="Notes on this trace">
      {headless && (
        <Note>
          <span>No span here is the root: the beginning of this trace is missing.</span>
        </Note>
      )}
      {orphans > 0 && <OrphanNote state={state} />}
      {extraRoots > 0 && (
        <Note>
          <span>
            {plural(extraRoots, 'more span says', 'more spans say')} it has no parent; shown under
            the earliest.
          </span>
        </Note>
      )}
      {cycles > 0 && (
        <Note>
          <span>
            {plural(cycles, 'ring', 'rings')} of spans that name each other as parent, cut.
          </span>
        </Note>
      )}
      {shifts.length > 0 && <ClockNote state={state} />}
    </ul>
  );
}
