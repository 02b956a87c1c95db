// SPDX-License-Identifier: Apache-2.0
// Recorded traces of real systems, from the folder `shared` beside the checkout (or CLEW_SHARED),
// moved in time so that the newest span ended two minutes ago, and posted to a server.
// What is needed and absent is said by `missing`, for the tests to be skipped with that reason.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { postJson } from './clew_server.mjs';

const kFolder = join(
  process.env.CLEW_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url)),
  'data',
);
const kSpansPerPost = 5_000;
const kBehindNowUs = 120_000_000;

/** Small recordings, one trace each. */
export function smallFiles() {
  const folder = join(kFolder, 'zipkin-lens');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return ['bookinfo.json', ...names.map((name) => `zipkin-lens/${name}`)].sort();
}

/** Why the file cannot be read here, or false. */
export function missing(name) {
  if (!existsSync(join(kFolder, name))) return `no ${name} in the folder of recorded traces`;
  const folders = (process.env.PATH ?? '').split(':');
  const hasTool = folders.some((folder) => existsSync(join(folder, 'zstd')));
  return name.endsWith('.zst') && !hasTool ? 'no zstd to unpack recorded traces with' : false;
}

async function* packedTraces(path) {
  const unpack = spawn('zstd', ['-dcq', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    unpack.once('exit', resolve);
    unpack.once('error', reject);
  });
  for await (const line of createInterface({ input: unpack.stdout })) {
    if (line !== '') yield JSON.parse(line);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`zstd could not unpack ${path}: status ${status}`);
}

function tracesIn(name) {
  const path = join(kFolder, name);
  return name.endsWith('.zst') ? packedTraces(path) : [JSON.parse(readFileSync(path, 'utf8'))];
}

function newestOf(traces) {
  return traces.flat().reduce((most, { timestamp = 0 }) => Math.max(most, timestamp), 0);
}

function move(trace, shift) {
  for (const span of trace) {
    if (span.timestamp) span.timestamp += shift;
    for (const annotation of span.annotations ?? []) annotation.timestamp += shift;
  }
}

/**
 * Posts a recording; `wanted(trace)` chooses traces. Times move by one amount
 * for the whole file, so traces keep their places. Returns how many traces and spans it sent.
 */
export async function postRecording(url, name, wanted = () => true) {
  const traces = [];
  for await (const trace of tracesIn(name)) if (wanted(trace)) traces.push(trace);
  const shift = Date.now() * 1_000 - kBehindNowUs - newestOf(traces);
  let spans = 0;
  let batch = [];
  const send = async () => {
    if (batch.length > 0) await postJson(url, JSON.stringify(batch));
    spans += batch.length;
    batch = [];
  };
  for (const trace of traces) {
    move(trace, shift);
    for (const span of trace) batch.push(span);
    if (batch.length >= kSpansPerPost) await send();
  }
  await send();
  return { traces: traces.length, spans };
}
