// SPDX-License-Identifier: Apache-2.0
// Takes a picture of every state of the page (e2e/states.mjs) in both themes and two widths, into
// ../build/pictures, with an index.html that shows them side by side:
//   npm run pictures [-- PART_OF_A_NAME]
// CLEW_BINARY: the server to stand before; without it a stand-in. Ends with status 1 when a state
// could not be reached; the others' pictures are there all the same.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { states } from '../e2e/states.mjs';
import { kSizes, openStates } from '../e2e/states_stage.mjs';

const kFolder = fileURLToPath(new URL('../../build/pictures', import.meta.url));
const kSchemes = ['light', 'dark'];

const fileOf = (state, width, scheme) =>
  `${state.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${width}-${scheme}.png`;

async function take({ stage, ground }, state, width, height) {
  const { expected = [], open } = state;
  await stage.withPage(
    async (page) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await open(page, ground);
      for (const colorScheme of kSchemes) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(kFolder, fileOf(state, width, colorScheme)) });
      }
    },
    { width, height, expected },
  );
}

function indexOf(taken) {
  const pictures = (state) =>
    kSizes
      .flatMap(([width]) => kSchemes.map((scheme) => fileOf(state, width, scheme)))
      .map((file) => `<a href="${file}"><img src="${file}" height="320" alt="${file}"></a>`)
      .join('\n');
  const parts = taken.map((state) => `<h2>${state.name}</h2>\n${pictures(state)}`);
  return `<!doctype html>\n<title>Pictures of the page</title>\n${parts.join('\n')}\n`;
}

const part = process.argv[2] ?? '';
const wanted = states.filter(({ name, missing }) => !missing && name.includes(part));
rmSync(kFolder, { recursive: true, force: true });
mkdirSync(kFolder, { recursive: true });
const opened = await openStates('ui-pictures');
const taken = [];
try {
  for (const state of wanted) {
    try {
      for (const [width, height] of kSizes) await take(opened, state, width, height);
      taken.push(state);
    } catch (error) {
      console.error(`${state.name}: ${error.message.split('\n')[0]}`);
      process.exitCode = 1;
    }
  }
  writeFileSync(join(kFolder, 'index.html'), indexOf(taken));
} finally {
  await opened.close();
}
console.log(`pictures of ${taken.length} states of ${wanted.length} in ${kFolder}`);
