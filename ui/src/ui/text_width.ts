// SPDX-License-Identifier: Apache-2.0
// How wide a text is in the page's own font, without putting it into the document.

const kRememberedMax = 4_096;
const remembered = new Map<string, number>();
let pen: CanvasRenderingContext2D | null | undefined;

/** In pixels, at the size of ordinary text. Each text is measured once. */
export function textWidth(text: string): number {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (pen === undefined) {
    pen = document.createElement('canvas').getContext('2d');
    const { fontSize, fontFamily } = getComputedStyle(document.documentElement);
    if (pen !== null) pen.font = `${fontSize} ${fontFamily}`;
  }
  const width = pen?.measureText(text).width ?? text.length * 8;
  if (remembered.size >= kRememberedMax) remembered.clear();
  remembered.set(text, width);
  return width;
}
