// SPDX-License-Identifier: Apache-2.0
// Goal: the page looks right in light and dark, fits small and large windows, and passes axe.
// Method: computed styles, overflow, axe-core; and pictures for the documents when CLEW_IMAGES
// names a folder (from the demo's traces when the server has them).
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { callChain } from './sample_spans.mjs';
import { eventually, kRealUrl, rowOf, Stage } from './stage.mjs';

const stage = new Stage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Pictures for the documents are taken only when asked for. */
const kImages = process.env.CLEW_IMAGES;
let demoId = '';

async function postDemo() {
  const now = Date.now() * 1000;
  for (let n = 0; n < 9; n += 1) {
    const duration = 38_000 + ((n * 7_919) % 90) * 1_000;
    await stage.post(
      callChain(
        ['front', 'middle', 'back'],
        now - 2_000_000 - n * 17_000_000,
        duration,
        n === 4 ? '500' : '200',
      ),
    );
  }
}

before(async () => {
  await stage.open();
  if (kRealUrl === undefined) await postDemo();
  const answer = await fetch(
    `${stage.url}/api/v2/traces?serviceName=back&lookback=604800000&limit=1`,
  );
  demoId = (await answer.json())[0][0].traceId;
});
after(() => stage.close());

const kSearch = '?serviceName=front&lookback=7d&limit=10';

async function openSearch(page) {
  await stage.visit(page, kSearch);
  await page.locator('.result').first().waitFor();
}

async function openTrace(page) {
  await stage.visit(page, `traces/${demoId}`);
  await rowOf(page, 'middle').first().click();
  await page.getByRole('complementary', { name: 'Span details' }).waitFor();
}

async function openDependencies(page) {
  await stage.visit(
    page,
    `dependency?startTime=${Date.now() - 604_800_000}&endTime=${Date.now() + 1_000}`,
  );
  await page.locator('.link-table').waitFor();
}

const kScreens = [
  ['search', openSearch],
  ['trace', openTrace],
  ['dependencies', openDependencies],
];

function ground(page) {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

async function findFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((node) => node.html)
        .join(' | ')}`,
  );
}

describe('the look of the page', () => {
  const kLight = 'rgb(255, 255, 255)';
  const kDark = 'rgb(20, 22, 26)';

  it('follows the system, and the choice that a person makes, without reloading', async () => {
    await stage.withPage(
      async (page) => {
        await openSearch(page);
        assert.equal(await ground(page), kDark);
        await page.evaluate(() => {
          window.sameDocument = true;
        });
        await page.getByRole('button', { name: 'Theme: system' }).click();
        await page.getByRole('button', { name: 'Theme: light' }).waitFor();
        await eventually(() => ground(page), kLight);
        assert.equal(await page.evaluate(() => window.sameDocument), true);
        await page.reload();
        await page.locator('.result').first().waitFor();
        assert.equal(await ground(page), kLight);
        await page.getByRole('button', { name: 'Theme: light' }).click();
        await eventually(() => ground(page), kDark);
        await page.getByRole('button', { name: 'Theme: dark' }).click();
        await page.getByRole('button', { name: 'Theme: system' }).waitFor();
      },
      { scheme: 'dark' },
    );
  });

  for (const scheme of ['light', 'dark']) {
    for (const [name, open] of kScreens) {
      it(`gives axe nothing to say: ${name}, ${scheme}`, async () => {
        await stage.withPage(
          async (page) => {
            await open(page);
            assert.deepEqual(await findFaults(page), []);
          },
          { scheme },
        );
      });
    }
  }

  for (const [width, height] of [
    [320, 640],
    [768, 900],
    [1280, 800],
    [2560, 1300],
  ]) {
    for (const [name, open] of kScreens) {
      it(`fits ${width} pixels: ${name}`, async () => {
        await stage.withPage(
          async (page) => {
            await open(page);
            const wide = await page.evaluate(() => {
              const { scrollWidth } = document.documentElement;
              const main = document.querySelector('main');
              return [scrollWidth <= innerWidth, main.scrollWidth <= main.clientWidth];
            });
            assert.deepEqual(wide, [true, true]);
          },
          { width, height },
        );
      });
    }
  }

  for (const scheme of kImages === undefined ? [] : ['light', 'dark']) {
    for (const [name, open] of kScreens.slice(0, 2)) {
      it(`has its picture taken: ${name}, ${scheme}`, async () => {
        mkdirSync(kImages, { recursive: true });
        await stage.withPage(
          async (page) => {
            await open(page);
            const file = `${name}${scheme === 'dark' ? '-dark' : ''}.png`;
            await page.mouse.move(640, 790);
            await page.screenshot({ path: join(kImages, file), animations: 'disabled' });
          },
          { scheme },
        );
      });
    }
  }
});
