// SPDX-License-Identifier: Apache-2.0
// Characters that one cannot see but that change how the others read: a right-to-left override
// makes `exe.txt` of `txt.exe`, a zero-width space makes two names of one. The page shows them by
// number.

export interface Piece {
  readonly text: string;
  /** Set when the text stands for a character that cannot be seen: what it is. */
  readonly control?: string | undefined;
}

const kHidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const kHiddenEach = new RegExp(kHidden, 'gu');
/** Line ends, tabs and joiners do their work unseen; the signs of Arabic numbers can be seen. */
const kWanted = /[\t\n\r\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2]|\u200c|\u200d/u;

const kNames: Readonly<Record<string, string>> = {
  '0000': 'null',
  '0007': 'bell',
  '0008': 'backspace',
  '001B': 'escape',
  '00AD': 'soft hyphen',
  '061C': 'Arabic letter mark',
  '200B': 'zero-width space',
  '200E': 'left-to-right mark',
  '200F': 'right-to-left mark',
  '202A': 'left-to-right embedding',
  '202B': 'right-to-left embedding',
  '202C': 'end of a direction',
  '202D': 'left-to-right override',
  '202E': 'right-to-left override',
  '2060': 'word joiner',
  '2066': 'left-to-right isolate',
  '2067': 'right-to-left isolate',
  '2068': 'first strong isolate',
  '2069': 'end of an isolate',
  FEFF: 'byte order mark',
};

function numberOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

export function hasHidden(text: string): boolean {
  return kHidden.test(text);
}

/** The text in order; each hidden character is a piece of its own, written `U+202E`. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(kHiddenEach)) {
    const [character] = match;
    if (kWanted.test(character)) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    const number = numberOf(character);
    pieces.push({ text: `U+${number}`, control: kNames[number] ?? 'control character' });
    from = match.index + character.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** For titles and labels, which have no markup: `abc⟨U+202E⟩txt`. */
export function visibleText(text: string): string {
  if (!hasHidden(text)) return text;
  const shown = piecesOf(text).map((each) => (each.control ? `⟨${each.text}⟩` : each.text));
  return shown.join('');
}
