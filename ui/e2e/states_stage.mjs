// SPDX-License-Identifier: Apache-2.0
// What the states of the page stand on: a fresh build of this tree's page with its source map, in
// front of a server (CLEW_BINARY, else the stand-in) that holds the ground of the states only.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { noBinary, startClew } from './clew_server.mjs';
import { startFakeServer } from './fake_server.mjs';
import { startFront } from './front_server.mjs';
import { Stage } from './stage.mjs';
import { layGround } from './state_steps.mjs';

const kUi = fileURLToPath(new URL('..', import.meta.url));
export const kSizes = [
  [1280, 800],
  [400, 800],
];

/** `name` is that of the build's folder, so that two users do not meet in one. */
export async function openStates(name) {
  const folder = fileURLToPath(new URL(`../../build/${name}`, import.meta.url));
  const words = ['vite', 'build', '--outDir', folder, '--emptyOutDir', '--sourcemap', 'hidden'];
  execFileSync('npx', words, { cwd: kUi, stdio: 'ignore' });
  const behind = noBinary === false ? await startClew() : await startFakeServer();
  const stage = new Stage();
  const close = async () => {
    await stage.close();
    await behind.close();
  };
  try {
    await stage.open(await startFront(folder, behind.url));
    return { stage, folder, close, ground: await layGround(stage) };
  } catch (error) {
    await close();
    throw error;
  }
}
