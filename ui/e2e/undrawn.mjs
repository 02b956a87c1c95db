// SPDX-License-Identifier: Apache-2.0
// Which elements of the page no state has drawn. The browser counts which parts of the script ran;
// the build's source map says which JSX each part is. An element in src/**/*.tsx that never ran in
// any state is a state that nobody listed, and `undrawn` names its line.
import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, join } from 'node:path';

/** Starts counting in a page that has loaded nothing yet; returns what reads the counts. */
export async function countDrawing(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  return async () => (await session.send('Profiler.takePreciseCoverage')).result;
}

/** Parts of the page's scripts that ran, summed over any number of states. */
export class Drawn {
  constructor(folder) {
    this.folder = folder;
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
    this.texts = new Map(scripts.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    this.ran = new Map([...this.texts].map(([name, text]) => [name, new Uint8Array(text.length)]));
  }

  add(scripts) {
    for (const { url, functions } of scripts) {
      const sum = this.ran.get(basename(url));
      if (sum === undefined) continue;
      const seen = new Uint8Array(sum.length);
      const ranges = functions.flatMap((each) => each.ranges);
      // Outer ranges first: an inner one says better what ran.
      ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
      for (const { startOffset, endOffset, count } of ranges) {
        seen.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      }
      for (let at = 0; at < sum.length; at += 1) sum[at] |= seen[at];
    }
  }

  /** `pages/trace/drawer.tsx:12 <aside …`, sorted, each line once. */
  undrawn() {
    const lines = [...this.texts].flatMap(([name, text]) => this.undrawnIn(name, text));
    return [...new Set(lines)].sort();
  }

  undrawnIn(name, text) {
    const ran = this.ran.get(name);
    const map = new SourceMap(JSON.parse(readFileSync(join(this.folder, `${name}.map`), 'utf8')));
    const sources = sourceLines(map);
    const found = [];
    let line = 0;
    let lineStart = 0;
    for (let at = 0; at < text.length; at += 1) {
      if (text[at] === '\n') {
        line += 1;
        lineStart = at + 1;
      }
      if (ran[at] === 1 || text[at] === '\n') continue;
      const origin = map.findEntry(line, at - lineStart);
      // Only where a mapping begins: its first character is what the source has there.
      if (origin.generatedColumn !== at - lineStart || origin.generatedLine !== line) continue;
      const source = sources.get(origin.originalSource);
      const rest = source?.[origin.originalLine]?.slice(origin.originalColumn) ?? '';
      if (!/^<[A-Za-z>]/.test(rest)) continue;
      const path = origin.originalSource.replace(/^.*\bsrc\//, '');
      found.push(`${path}:${origin.originalLine + 1} ${rest.slice(0, 50).trim()}`);
    }
    return found;
  }
}

/** Lines of every .tsx in the map, by its name there. */
function sourceLines(map) {
  const { sources, sourcesContent } = map.payload;
  const pairs = sources.map((source, at) => [source, sourcesContent[at].split('\n')]);
  return new Map(pairs.filter(([source]) => source.endsWith('.tsx')));
}
