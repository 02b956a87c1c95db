// SPDX-License-Identifier: Apache-2.0
// A `clew serve` of a test's own, on ports that the system chooses, with nothing in its store.
// The program is CLEW_BINARY; where it is not set, tests that need it are skipped with that reason.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const kBinary = process.env.CLEW_BINARY;
const kDeadlineMs = 60_000;

/** Why a test that needs the real server cannot run, or false. */
export const noBinary =
  kBinary !== undefined && existsSync(kBinary) ? false : 'CLEW_BINARY names no clew to run';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function isUp(url) {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false; // not listening yet: the caller has the deadline
  }
}

function portIn(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return /^http=(\d+)$/m.exec(text)?.[1];
}

/** Starts the server; `url` has no slash at its end. `flags` are added to its command line. */
export async function startClew(flags = []) {
  const folder = mkdtempSync(join(tmpdir(), 'clew-serve-'));
  const file = join(folder, 'ports');
  const own = ['serve', '--bind', '127.0.0.1', '--port', '0', '--scribe-port', '0'];
  const program = spawn(kBinary, [...own, '--port-file', file, ...flags], { stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    program.once('exit', resolve);
    program.once('error', resolve);
  });
  const close = async () => {
    if (program.exitCode === null) program.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + kDeadlineMs;
  for (;;) {
    const port = portIn(file);
    const url = `http://127.0.0.1:${port}`;
    if (port !== undefined && (await isUp(url))) return { url, close };
    if (program.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error(`clew serve did not start (exit status ${program.exitCode})`);
    }
    await pause(30);
  }
}

/** Posts spans as JSON text; a refusal is an error with the server's words. */
export async function postJson(url, json) {
  const response = await fetch(`${url}/api/v2/spans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: json,
  });
  if (response.status !== 202) throw new Error(`HTTP ${response.status} ${await response.text()}`);
}
