// SPDX-License-Identifier: Apache-2.0
// Goal: what stands over every page is right on each: the time zone, and how a service looks.
// Method: Chromium with the clock of a half-hour zone, and one trace seen on three pages.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callChain, freshId } from './sample_spans.mjs';
import { eventually, Stage } from './stage.mjs';

const stage = new Stage();
const mine = freshId();
const services = [`${mine}-front`, `${mine}-store7`, `${mine}-back`];
const spans = callChain(services, Date.now() * 1000 - 2_000_000, 52_000, '200');
const kSearch = `?serviceName=${services[0]}&lookback=1h&limit=10`;

before(async () => {
  await stage.open();
  await stage.post(spans);
});
after(() => stage.close());

async function inKolkata(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Kolkata' });
}

/** Start of the trace as the two zones write it, by this program's own clock. */
function startIn(shiftMinutes) {
  return new Date(spans[0].timestamp / 1000 + shiftMinutes * 60_000)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '');
}

describe('the time zone', () => {
  it('is shown over every page, switches all times at once, and is remembered', async () => {
    await stage.withPage(async (page) => {
      await inKolkata(page);
      await stage.visit(page, `traces/${spans[0].traceId}`);
      const header = page.locator('.trace-header');
      await header.getByText(`${startIn(330)} +05:30`).waitFor();
      await page.getByRole('button', { name: /^Time zone: .+, \+05:30$/ }).click();
      await header.getByText(`${startIn(0)} UTC`).waitFor();
      await stage.visit(page, kSearch);
      const clock = page.locator('.result-clock').first();
      await eventually(() => clock.textContent(), startIn(0).slice(11));
      await page.getByRole('button', { name: 'Time zone: UTC' }).click();
      await eventually(() => clock.textContent(), startIn(330).slice(11));
    });
  });

  it('is that of the form too, where any pasted time is understood', async () => {
    await stage.withPage(async (page) => {
      await inKolkata(page);
      await stage.visit(page, kSearch);
      await page.getByLabel('Time', { exact: true }).selectOption('range');
      const from = page.getByLabel('From', { exact: true });
      await from.evaluate((field) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text', '2026-11-30 04:14:36 -05:00');
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
      });
      await eventually(() => from.inputValue(), '2026-11-30T14:44:36');
      await page.getByRole('button', { name: /^Time zone/ }).click();
      await eventually(() => from.inputValue(), '2026-11-30T09:14:36');
    });
  });
});

describe('a service', () => {
  it('has one colour and mark on every page', async () => {
    await stage.withPage(async (page) => {
      const seen = [];
      const end = Date.now() + 1_000;
      for (const path of [
        kSearch,
        `traces/${spans[0].traceId}`,
        `dependency?startTime=${end - 3_600_000}&endTime=${end}`,
      ]) {
        await stage.visit(page, path);
        const chip = page.locator('.chip', { hasText: services[1] }).first();
        const mark = chip.locator('.mark');
        await mark.waitFor();
        const colour = await mark.evaluate((node) => getComputedStyle(node).backgroundColor);
        seen.push(`${await mark.textContent()} ${colour}`);
      }
      assert.equal(new Set(seen).size, 1, seen.join(', '));
      assert.match(seen[0], /^\w7 rgb/);
    });
  });
});
