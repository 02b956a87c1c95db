// SPDX-License-Identifier: Apache-2.0
// Any text of a span. It keeps its own direction (a name in Arabic must not turn around what stands
// beside it), and characters that cannot be seen are shown by number.
import type { JSX } from 'preact';
import { hasHidden, piecesOf } from '../core/visible';

export function SpanText({ text }: { readonly text: string }): JSX.Element {
  if (!hasHidden(text)) return <bdi>{text}</bdi>;
  return (
    <bdi>
      {piecesOf(text).map((piece, at) => {
        return piece.control === undefined ? (
          piece.text
        ) : (
          <span key={at} class="hidden-character" title={piece.control}>
            {piece.text}
          </span>
        );
      })}
    </bdi>
  );
}
