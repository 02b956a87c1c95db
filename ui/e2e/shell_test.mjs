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
      const switches = page.getByRole('button', { name: 'Time zone: UTC+05:30', exact: true });
      await switches.hover();
      const title = /^Asia\/(Kolkata|Calcutta), \+05:30\. Switch to UTC$/;
      await eventually(async () => title.test(await switches.getAttribute('title')), true);
      await switches.click();
      await header.getByText(`${startIn(0)} UTC`).waitFor();
      await stage.visit(page, kSearch);
      const clock = page.locator('.result-clock').first();
      await eventually(() => clock.textContent(), startIn(0).slice(11));
      await page.getByRole('button', { name: 'Time zone: UTC', exact: true }).click();
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

describe('the box in the top bar', () => {
  const id = spans[0].traceId;
  const middle = spans[1].id;
  const wide = '0'.repeat(16) + id;
  const uuid = wide.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

  async function paste(page, text) {
    const box = page.getByLabel('Trace id, or a service');
    await box.fill(text);
    await box.press('Enter');
  }

  it('opens a trace by whatever names it', async () => {
    await stage.withPage(
      async (page) => {
        await stage.visit(page, 'dependency');
        for (const [text, span] of [
          [` ${id.toUpperCase()} `],
          [`"traceId":"${id}",`],
          [`${id}-${middle}-1`, middle],
          [`http://other.example/zipkin/traces/${id}?span=${middle}`, middle],
        ]) {
          await stage.visit(page, 'dependency');
          await paste(page, text);
          await page.locator('.trace-header').waitFor();
          const { pathname, searchParams } = new URL(page.url());
          assert.equal(pathname, `/zipkin/traces/${id}`);
          assert.equal(searchParams.get('span'), span ?? null);
        }
        for (const text of [`00-${wide}-${middle}-01`, uuid]) {
          await stage.visit(page, 'dependency');
          await paste(page, text);
          await eventually(() => new URL(page.url()).pathname, `/zipkin/traces/${wide}`);
        }
      },
      { expected: [/status of 404/] },
    );
  });

  it('says what becomes of half an id', async () => {
    await stage.withPage(
      async (page) => {
        await stage.visit(page, 'dependency');
        await paste(page, freshId());
        await page.getByText('If this is the lower half of a 128-bit id').waitFor();
      },
      { expected: [/status of 404/] },
    );
  });

  it('searches for a service, or a Swift transaction by its tag', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, 'dependency');
      await paste(page, `${mine}-STORE`);
      await eventually(() => new URL(page.url()).search, `?serviceName=${services[1]}`);
      await paste(page, 'txc2c5b1cb8f0a4b1a9d5e7-00692b8d00');
      await eventually(
        () => new URL(page.url()).searchParams.get('annotationQuery'),
        'swift.trans_id=txc2c5b1cb8f0a4b1a9d5e7-00692b8d00',
      );
    });
  });

  it('says in words what is no trace, and asks the server for no nonsense', async () => {
    await stage.withPage(async (page, seen) => {
      await stage.visit(page, 'dependency');
      const answer = page.locator('.lookup-answer');
      for (const [text, words] of [
        [`${'a'.repeat(40)}`, 'A trace id has at most 32 digits; this has 40.'],
        ['what is this?', 'The box takes a trace id, a traceparent or b3 header'],
        [`${mine}-`, 'These come near'],
        ['', 'Paste a trace id'],
      ]) {
        await paste(page, text);
        await answer.filter({ hasText: words }).waitFor();
      }
      await paste(page, `${mine}-`);
      await answer.getByRole('link').first().waitFor();
      assert.equal(await answer.getByRole('link').count(), services.length);
      await page.keyboard.press('Escape');
      await eventually(() => answer.count(), 0);
      assert.ok(!seen.requests.some((url) => url.includes('/api/v2/trace/')));
    });
  });
});
