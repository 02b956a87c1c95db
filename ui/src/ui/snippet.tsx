// SPDX-License-Identifier: Apache-2.0
// Text to copy, with its button. It scrolls where it is wider than its place, by keyboard too.
import type { ComponentChildren, JSX } from 'preact';
import { CopyButton } from './copy_button';

export function Snippet(props: {
  readonly text: string | (() => string);
  /** What the text is: "command". */
  readonly what: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { text, what, children } = props;
  return (
    <div class="snippet">
      {/* biome-ignore lint: what scrolls must be reached by keyboard */}
      <pre role="group" aria-label={what} tabIndex={0}>
        <code>{children}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
