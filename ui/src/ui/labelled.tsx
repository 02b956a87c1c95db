// SPDX-License-Identifier: Apache-2.0
// A form field under its label, with a hint below it, or what is wrong with it.
import type { ComponentChildren, JSX } from 'preact';

interface LabelledProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly fault?: string | undefined;
  readonly children: ComponentChildren;
}

export function Labelled({ id, label, hint, fault, children }: LabelledProps): JSX.Element {
  return (
    <div class="labelled">
      <label for={id}>{label}</label>
      {children}
      {fault !== undefined ? (
        <p class="fault" id={`${id}-note`} role="alert">
          {fault}
        </p>
      ) : (
        hint !== undefined && (
          <p class="hint" id={`${id}-note`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}
