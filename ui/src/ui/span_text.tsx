// SPDX-License-Identifier: Apache-2.0
// Any text of a span. It keeps its own direction (a name in Arabic must not turn around what stands
// beside it), and characters that cannot be seen are shown by number.
import type { ComponentChildren, JSX } from 'preact';
import { hasHidden, piecesOf } from '../core/visible';

/** For an element that is there anyway and has `dir="auto"`, where each element is many. */
export function spanPieces(text: string): ComponentChildren {
  if (!hasHidden(text)) return text;
  return piecesOf(text).map((piece, at) => {
    return piece.control === undefined ? (
      piece.text
    ) : (
      <span key={at} class="hidden-character" title={piece.control}>
        {piece.text}
      </span>
    );
  });
}

export function SpanText({ text }: { readonly text: string }): JSX.Element {
  return <bdi>{spanPieces(text)}</bdi>;
}
