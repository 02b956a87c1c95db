// SPDX-License-Identifier: Apache-2.0
// A field for a moment, read and shown in the page's zone. The browser's own field takes no pasted
// text but its own; this one understands any time that carries a zone or counts from 1970.
import type { JSX } from 'preact';
import { parseMoment, toField } from '../core/instant';
import { zone } from './zone';

interface MomentFieldProps {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly value: number | undefined;
  readonly onChange: (ms: number | undefined) => void;
}

export function MomentField({ id, value, onChange }: MomentFieldProps): JSX.Element {
  const onPaste = (event: ClipboardEvent) => {
    const ms = parseMoment(event.clipboardData?.getData('text') ?? '', zone.peek());
    if (ms === undefined) return;
    event.preventDefault();
    onChange(ms);
  };
  return (
    <input
      id={id}
      class="field"
      type="datetime-local"
      step="1"
      value={value === undefined ? '' : toField(value, zone.value)}
      onChange={(event) => onChange(parseMoment(event.currentTarget.value, zone.peek()))}
      onPaste={onPaste}
    />
  );
}
