// SPDX-License-Identifier: Apache-2.0
// Reads a JSON list while it arrives: bytes in, elements out, each parsed alone, so that a long
// answer never is in memory whole. Splitting works on bytes, because in UTF-8 none of the
// characters that matter here occurs inside another one, wherever a chunk ends. What comes out, and
// what is refused, is the same as with JSON.parse over all of it.

const kQuote = 0x22;
const kComma = 0x2c;
const kOpenList = 0x5b;
const kBackslash = 0x5c;
const kCloseList = 0x5d;
const kOpenObject = 0x7b;
const kCloseObject = 0x7d;
const kByteOrderMark = [0xef, 0xbb, 0xbf];

/** Bytes of a string that are looked at one by one before the rest is searched as a whole. */
const kShortString = 64;

/** The next byte that may end a string or escape, or the end of the chunk. */
function nextOfString(chunk: Uint8Array, from: number): number {
  const quote = chunk.indexOf(kQuote, from);
  const end = quote < 0 ? chunk.length : quote;
  const slash = chunk.subarray(from, end).indexOf(kBackslash);
  return slash < 0 ? end : from + slash;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Before the list's `[`, at an element that may be missing, at one that may not, after its `]`. */
type Stage = 'before' | 'first' | 'element' | 'after';

export class ListReader {
  private stage: Stage = 'before';
  /** Brackets open inside the element, and whether a string or an escape in it is. */
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** The element's bytes from earlier chunks. */
  private parts: Uint8Array[] = [];
  private markBytes = 0;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** The elements that this chunk completes. The chunk may not change before they were taken. */
  *push(chunk: Uint8Array): Generator<unknown, void, undefined> {
    let at = 0;
    while (at < chunk.length) {
      if (this.stage === 'before') at = this.enter(chunk, at);
      else if (this.stage === 'after') at = this.leave(chunk, at);
      else {
        const end = this.scan(chunk, at);
        this.parts.push(chunk.subarray(at, end));
        if (end === chunk.length) return;
        const element = this.take(chunk[end] === kCloseList);
        if (element !== undefined) yield element.value;
        at = end + 1;
      }
    }
  }

  /** Throws unless the list was closed. */
  end(): void {
    if (this.stage === 'before') throw new SyntaxError('The answer is empty.');
    if (this.stage !== 'after') throw new SyntaxError('The answer ends in the middle.');
  }

  private enter(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === kByteOrderMark[this.markBytes]) this.markBytes += 1;
      else if (byte === kOpenList && this.markBytes % kByteOrderMark.length === 0) {
        this.stage = 'first';
        return at + 1;
      } else if (!isSpace(byte) || this.markBytes % kByteOrderMark.length !== 0) {
        throw new SyntaxError('The answer is not a list.');
      } else this.markBytes = kByteOrderMark.length;
    }
    return chunk.length;
  }

  private leave(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (!isSpace(chunk[at] ?? 0)) throw new SyntaxError('Something follows the list.');
    }
    return chunk.length;
  }

  /** Where the element ends: at a comma or a bracket that is none of its own. */
  private scan(chunk: Uint8Array, from: number): number {
    let { depth, inString, escaped } = this;
    let at = from;
    let run = 0;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (inString) {
        run += 1;
        if (run > kShortString && !escaped) {
          at = nextOfString(chunk, at) - 1;
          run = 0;
        } else if (escaped) escaped = false;
        else if (byte === kBackslash) escaped = true;
        else if (byte === kQuote) inString = false;
      } else if (byte === kQuote) {
        inString = true;
        run = 0;
      } else if (byte === kOpenList || byte === kOpenObject) depth += 1;
      else if (depth === 0 && (byte === kComma || byte === kCloseList)) break;
      else if ((byte === kCloseList || byte === kCloseObject) && depth > 0) depth -= 1;
    }
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
    return at;
  }

  /** Parses the element that ends here; undefined for the nothing in `[]`. */
  private take(isLast: boolean): { readonly value: unknown } | undefined {
    let text = '';
    for (const part of this.parts) text += this.decoder.decode(part, { stream: true });
    text += this.decoder.decode();
    this.parts = [];
    const isNothing = this.stage === 'first' && isLast && /^[ \t\n\r]*$/.test(text);
    this.stage = isLast ? 'after' : 'element';
    return isNothing ? undefined : { value: JSON.parse(text) };
  }
}
