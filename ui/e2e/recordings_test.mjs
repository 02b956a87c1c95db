// SPDX-License-Identifier: Apache-2.0
// Goal: recorded traces of a real system can be read: deep ones wide and narrow, found by search,
// the link to a span copied and opened again.
// Method: TrainTicket's recording, with traces of 16 levels, in a `clew serve` of its own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBinary, startClew } from './clew_server.mjs';
import { lookFaults } from './page_checks.mjs';
import { missing, postRecording } from './shared_traces.mjs';
import { activeRow, eventually, Stage, withPageOf } from './stage.mjs';
import { kDeepId } from './state_steps.mjs';

const kRecording = 'nezha-tt-medium.ndjson.zst';
const skip = noBinary || missing(kRecording);
const stage = new Stage();
let sent;

before(async () => {
  if (skip) return;
  await stage.open(await withPageOf(await startClew()));
  sent = await postRecording(stage.url, kRecording);
  await stage.waitForTrace(kDeepId, 200);
});
after(() => stage.close());

async function openDeep(page) {
  await stage.visit(page, `traces/${kDeepId}`);
  await page.locator('.wf-row').first().waitFor();
}

/** [depth, where the sign begins, what the row says of its depth] of the rows on screen. */
function rowsInView(page) {
  return page.locator('.wf-row[aria-level]').evaluateAll((rows) =>
    rows.map((row) => {
      const sign = row.querySelector('.twisty')?.nextElementSibling ?? row.querySelector('.mark');
      return {
        level: Number(row.ariaLevel),
        x: Math.round(sign.getBoundingClientRect().left),
        text: row.querySelector('[role=gridcell]').textContent,
      };
    }),
  );
}

/** Children that stand where their parent stands, without a word of it. */
function flattened(rows) {
  return rows.flatMap((row, at) => {
    const above = rows[at - 1];
    if (above === undefined || row.level <= above.level) return [];
    const isTold = row.x > above.x || row.text.includes(String(row.level - 1));
    return isTold ? [] : [`level ${row.level} at ${row.x} under level ${above.level}`];
  });
}

describe('recorded traces', { skip }, () => {
  for (const [width, drawer] of [
    [1280, true],
    [1280, false],
    [400, false],
  ]) {
    it(`a deep one can be read at ${width}${drawer ? ' beside the drawer' : ''}`, async () => {
      await stage.withPage(
        async (page) => {
          await openDeep(page);
          if (drawer) {
            await page.getByRole('treegrid').focus();
            await page.keyboard.press('Enter');
            await page.getByRole('complementary', { name: 'Span details' }).waitFor();
          }
          for (let screen = 0; screen < 4; screen += 1) {
            assert.deepEqual(await lookFaults(page), []);
            assert.deepEqual(flattened(await rowsInView(page)), []);
            await page.getByRole('treegrid').focus();
            await page.keyboard.press('PageDown');
            await page.keyboard.press('PageDown');
          }
        },
        { width },
      );
    });
  }

  for (const [width, most] of [
    [1280, 200],
    [400, 240],
  ]) {
    it(`the first row begins within ${most} pixels at ${width}`, async () => {
      await stage.withPage(
        async (page) => {
          await openDeep(page);
          const { y } = await page.locator('.wf-row').first().boundingBox();
          assert.ok(y <= most, `the first row begins at ${y}`);
        },
        { width },
      );
    });
  }

  it('a copied link opens the span that was on screen', async () => {
    await stage.withPage(async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await openDeep(page);
      await page.getByRole('treegrid').focus();
      for (let n = 0; n < 7; n += 1) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
      await page.keyboard.press('ArrowDown');
      const row = await activeRow(page);
      await page.getByRole('button', { name: /copy link/i }).click();
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      await eventually(copied, page.url());
      assert.match(page.url(), /[?&]span=[0-9a-f]{16}/);
      await page.goto(await copied());
      await eventually(() => activeRow(page), row);
    });
  });

  it('a search finds them, the longest of them first', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, '?serviceName=ts-gateway-service&lookback=7d&limit=100&sort=longest');
      await page.locator('.fresh .result').first().waitFor();
      const query = 'serviceName=ts-gateway-service&lookback=604800000&limit=100';
      const answer = await fetch(`${stage.url}/api/v2/traces?${query}`);
      const count = (await answer.json()).length;
      assert.ok(count > 0 && count <= sent.traces);
      await page.getByText(`${count} trace`).first().waitFor();
    });
  });
});
