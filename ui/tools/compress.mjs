// SPDX-License-Identifier: Apache-2.0
// Writes beside each file of the built page what servers send in its place: `.gz` and `.br`, where
// that is smaller. Usage: compress.mjs DIST
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt', '.map']);
const SMALL_BYTES = 512;

const dist = process.argv[2];
for (const name of readdirSync(dist)) {
  if (!COMPRESSIBLE.has(extname(name))) continue;
  const content = readFileSync(join(dist, name));
  if (content.length < SMALL_BYTES) continue;
  const compressed = { gz: gzipSync(content, { level: 9 }), br: brotliCompressSync(content) };
  for (const [ending, bytes] of Object.entries(compressed)) {
    if (bytes.length < content.length) writeFileSync(join(dist, `${name}.${ending}`), bytes);
  }
}
