// SPDX-License-Identifier: Apache-2.0
// Goal: in every state, both themes, wide and narrow: axe finds nothing, nothing scrolls sideways
// or lies over its neighbour, no operation is cut to nothing, no text of a bug is shown, a service
// has one sign everywhere; and the list of states is whole.
// Method: the page of this tree is built with a source map and opened in each state of states.mjs,
// before a server with nothing but the ground of those states. Two states at a time, one browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axeFaults, kColours, lookFaults, placeFaults, signsOf } from './page_checks.mjs';
import { states } from './states.mjs';
import { kSizes, openStates } from './states_stage.mjs';
import { countDrawing, Drawn } from './undrawn.mjs';

/** Elements that no state can show, `file:line` each with its reason. */
const kNeverDrawn = new Map([]);
const signs = new Map();
let opened;
let drawn;
/** Was a part of the tests asked for? Node says so to the process of each file. */
const isPart = process.execArgv.some((word) => /^--test-(name|skip)-pattern\b/.test(word));
const kVisits = states
  .filter((state) => !state.missing)
  .flatMap((state) => kSizes.map(([width]) => visitName(state, width)));
/** Visits that came to their end, whatever they found. */
const visited = new Set();

function visitName(state, width) {
  return `${state.name}, ${width} wide`;
}

before(async () => {
  opened = await openStates('ui-states');
  drawn = new Drawn(opened.folder);
});
after(() => opened?.close());

/** Notes each service's sign; the faults are services with more than one. */
async function signFaults(page, where) {
  const faults = [];
  for (const [service, sign] of await signsOf(page)) {
    const known = signs.get(service);
    if (known === undefined) signs.set(service, { sign, where });
    else if (known.sign !== sign) {
      faults.push(`${service} is "${sign}" here and "${known.sign}" in ${known.where}`);
    }
  }
  return [...new Set(faults)];
}

async function inspect(state, width, height) {
  const { expected = [], open } = state;
  await opened.stage.withPage(
    async (page) => {
      // Without movement: a colour half way between two is nobody's choice.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const readCounts = await countDrawing(page);
      await open(page, opened.ground);
      const faults = [
        ...(await lookFaults(page)),
        ...(await placeFaults(page)),
        ...(await signFaults(page, `${state.name} at ${width}`)),
        ...(await axeFaults(page)),
      ];
      await page.emulateMedia({ colorScheme: 'dark' });
      faults.push(...(await axeFaults(page, kColours)).map((fault) => `dark: ${fault}`));
      drawn.add(await readCounts());
      visited.add(visitName(state, width));
      assert.deepEqual(faults, []);
    },
    { width, height, expected },
  );
}

describe('every state of the page', { concurrency: 2 }, () => {
  for (const state of states) {
    for (const [width, height] of kSizes) {
      it(visitName(state, width), { skip: state.missing }, () => inspect(state, width, height));
    }
  }
});

describe('the list of states', () => {
  it('has a state for every element of the page', (context) => {
    if (isPart) return context.skip('only some of the states were asked for');
    const lost = kVisits.filter((visit) => !visited.has(visit));
    assert.deepEqual(lost, [], 'these were not opened: see why above');
    const left = drawn.undrawn().filter((line) => !kNeverDrawn.has(line.split(' ')[0]));
    assert.deepEqual(left, [], 'add the states that show these to e2e/states.mjs');
  });

  it('has a name for each, once', () => {
    const names = states.map((state) => state.name);
    assert.deepEqual(names, [...new Set(names)]);
  });
});
