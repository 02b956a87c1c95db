// SPDX-License-Identifier: Apache-2.0
// Goal: a trace of 100,000 spans is whole on screen, small in the document, and goes on by key.
// Method: a trace made from a seed, in a `clew serve` of its own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBinary, startClew } from '../clew_server.mjs';
import { postLargeTrace } from '../large_trace.mjs';
import { axeFaults, lookFaults } from '../page_checks.mjs';
import { eventually, Stage, withPageOf } from '../stage.mjs';

const kCount = 100_000;
const kId = '00000000000001a6';
const skip = noBinary;
const stage = new Stage();

before(async () => {
  if (skip) return;
  await stage.open(await withPageOf(await startClew()));
  await postLargeTrace(stage.url, kId, kCount);
  await stage.waitForTrace(kId, kCount);
});
after(() => stage.close());

describe('a trace of 100,000 spans', { skip }, () => {
  for (const [width, height] of [
    [1280, 800],
    [400, 800],
  ]) {
    it(`is read from end to end, ${width} wide`, async () => {
      await stage.withPage(
        async (page) => {
          page.setDefaultTimeout(60_000);
          await stage.visit(page, `traces/${kId}`);
          await page.locator('.wf-row').first().waitFor();
          const grid = page.getByRole('treegrid');
          await eventually(() => grid.getAttribute('aria-rowcount'), String(kCount + 1));
          assert.ok((await page.locator('.wf-row').count()) <= 64);
          assert.ok((await page.locator('*').count()) < 1_500);
          assert.deepEqual([...(await lookFaults(page)), ...(await axeFaults(page))], []);
          await grid.focus();
          await page.keyboard.press('End');
          await page.locator(`.wf-row[aria-rowindex="${kCount + 1}"]`).waitFor();
          assert.deepEqual(await lookFaults(page), []);
          await page.keyboard.press('Home');
          await page.keyboard.press('e');
          await page.locator('.wf-row.cursor .error-mark').waitFor();
          await page.keyboard.press('Shift+ArrowLeft');
          await eventually(() => page.locator('.toolbar-count').textContent().then(isFolded), true);
        },
        { width, height },
      );
    });
  }
});

const isFolded = (text) => /^[\d,]+ of 100,000 rows$/.test(text);
