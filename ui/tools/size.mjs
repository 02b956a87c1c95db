// SPDX-License-Identifier: Apache-2.0
// What a first visit costs: gzip of every built file. Fails above the gate of spec and README.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kGateBytes = 250 * 1024;
const kAimBytes = 120 * 1024;

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '../dist');
const sizes = readdirSync(dist).map((name) => {
  return { name, bytes: gzipSync(readFileSync(join(dist, name)), { level: 9 }).length };
});
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
const inKb = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KB`;
for (const { name, bytes } of sizes) console.log(`${inKb(bytes)}  ${name}`);
console.log(`${inKb(total)}  in all, gzip (aim ${kAimBytes / 1024}, gate ${kGateBytes / 1024})`);
process.exitCode = total > kGateBytes ? 1 : 0;
