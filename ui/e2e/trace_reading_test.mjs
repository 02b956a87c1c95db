// SPDX-License-Identifier: Apache-2.0
// Goal: reading a trace is never in a person's way: keys lead back, text can be selected, sizes and
// subtrees stay, what arrives late is offered, a tag leads to its search.
// Method: one trace for each question, by keyboard where there is a key for it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callChain, freshId, largeTrace } from './sample_spans.mjs';
import { activeRow, eventually, rowOf, rowServices, Stage } from './stage.mjs';

const stage = new Stage();
const run = freshId(4);
const names = ['one', 'two', 'three'].map((name) => `${name}-${run}`);
const chain = callChain(names, Date.now() * 1_000 - 5_000_000, 60_000, '500');
const chainPath = `traces/${chain[0].traceId}`;
const large = largeTrace(400);
const largePath = `traces/${large[0].traceId}`;

before(async () => {
  await stage.open();
  await stage.post(chain);
  await stage.post(large);
});
after(() => stage.close());

async function open(page, path, services) {
  await stage.visit(page, path);
  if (services !== undefined) await eventually(() => rowServices(page), services);
  else await page.locator('.wf-row, .span-row').first().waitFor();
}

const details = (page) => page.getByRole('complementary', { name: 'Span details' });
const parameter = (page, name) => new URL(page.url()).searchParams.get(name);
const focusedRole = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute('role') ?? null);

describe('reading a trace', () => {
  it('Escape leads back to the rows: from the details, from the find box', async () => {
    await stage.withPage(async (page) => {
      await open(page, chainPath, names);
      await page.getByRole('treegrid').focus();
      await page.keyboard.press('Enter');
      await details(page).getByRole('button', { name: 'Close details' }).focus();
      await page.keyboard.press('Escape');
      await details(page).waitFor({ state: 'detached' });
      await eventually(() => focusedRole(page), 'treegrid');
      await page.keyboard.press('/');
      await page.keyboard.type('three');
      await page.keyboard.press('Escape');
      await eventually(() => focusedRole(page), 'treegrid');
      await page.keyboard.press('Home');
      await page.keyboard.press('e');
      await eventually(() => activeRow(page), `${names[2]}@3`);
      assert.equal(await page.getByLabel('Find in this trace').last().inputValue(), '');
    });
  });

  it('sizes the details by keyboard, remembers it, and keeps the rows readable', async () => {
    await stage.withPage(async (page) => {
      await open(page, `${chainPath}?span=${chain[2].id}`, names);
      const edge = page.getByRole('separator', { name: 'Resize: Details' });
      const width = async () => Math.round((await details(page).boundingBox()).width);
      await edge.focus();
      await page.keyboard.press('Home');
      await eventually(() => edge.getAttribute('aria-valuenow'), '320');
      await page.keyboard.press('ArrowLeft');
      await eventually(() => edge.getAttribute('aria-valuenow'), '336');
      const chosen = await width();
      await page.reload();
      await details(page).waitFor();
      assert.equal(await width(), chosen);
      await edge.focus();
      await page.keyboard.press('End');
      await eventually(() => page.locator('.waterfall.stacked').count(), 1);
      await page.getByRole('button', { name: 'Details at the bottom' }).click();
      await page.getByRole('separator', { name: 'Resize: Details' }).focus();
      await page.keyboard.press('Home');
      const box = await details(page).boundingBox();
      assert.ok(box.y > 500 && box.width > 1_000, `the details are at ${JSON.stringify(box)}`);
    });
  });

  it('text of a row can be selected without opening it', async () => {
    await stage.withPage(async (page) => {
      await open(page, chainPath, names);
      const box = await rowOf(page, names[1]).locator('.wf-service').boundingBox();
      await page.mouse.move(box.x + 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 5 });
      await page.mouse.up();
      assert.ok((await page.evaluate(() => String(getSelection()))).length > 2);
      assert.equal(await details(page).count(), 0);
      await page.mouse.click(box.x + box.width + 300, box.y + box.height / 2);
      await details(page).waitFor();
    });
  });

  it('says that the span of an address is not there', async () => {
    await stage.withPage(async (page) => {
      await open(page, `${chainPath}?span=00000000deadbeef`, names);
      await page.getByText('span 00000000deadbeef, which is not in this trace').waitFor();
      assert.equal(await details(page).count(), 0);
    });
  });

  it('shows a subtree alone, by an address, and leaves it level by level', async () => {
    await stage.withPage(async (page) => {
      await open(page, chainPath, names);
      await page.getByRole('treegrid').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('f');
      await eventually(() => rowServices(page), names.slice(1));
      await eventually(() => parameter(page, 'focus'), chain[2].id);
      await page.reload();
      await eventually(() => rowServices(page), names.slice(1));
      await page.getByRole('treegrid').focus();
      await page.keyboard.press('End');
      await page.keyboard.press('f');
      await eventually(() => rowServices(page), names.slice(2));
      await page.keyboard.press('f');
      await eventually(() => rowServices(page), names.slice(1));
      await page.getByRole('button', { name: 'Whole trace' }).click();
      await eventually(() => rowServices(page), names);
      await eventually(() => parameter(page, 'focus'), null);
    });
  });

  it('sorts the spans in a table with an address of its own', async () => {
    await stage.withPage(async (page) => {
      await open(page, `${largePath}?tab=spans`);
      const cells = (column) => page.locator(`.span-row .cell-${column}`).allTextContents();
      await page.getByRole('button', { name: 'Operation' }).click();
      const sorted = await cells('operation');
      assert.deepEqual(sorted, [...sorted].sort());
      assert.ok((await page.locator('.span-row').count()) <= 60);
      const grid = page.getByRole('grid', { name: 'Spans as a table' });
      assert.equal(await grid.getAttribute('aria-rowcount'), '401');
      await grid.focus();
      await page.keyboard.press('End');
      await page.locator('.span-row[aria-rowindex="401"]').waitFor();
      await page.keyboard.press('Enter');
      await details(page).waitFor();
      await page.keyboard.press('1');
      await page.getByRole('treegrid').waitFor();
      await eventually(() => parameter(page, 'tab'), null);
    });
  });

  it('a tag leads to the search for traces that have it', async () => {
    await stage.withPage(async (page) => {
      await open(page, `${chainPath}?span=${chain[4].id}`, names);
      await page.getByRole('link', { name: 'Search traces with this error' }).first().click();
      await page.locator('.result').first().waitFor();
      assert.equal(parameter(page, 'annotationQuery'), 'error=500');
      assert.equal(parameter(page, 'serviceName'), names[2]);
    });
  });

  it('says every key it has, and has every key it says', async () => {
    await stage.withPage(async (page) => {
      await open(page, chainPath, names);
      await page.keyboard.press('?');
      const said = await page
        .getByRole('dialog', { name: 'Keys' })
        .locator('kbd')
        .allTextContents();
      for (const key of ['Page ↓', 'Page ↑', 'y', 'f', 'l', '1', '2', 'n', 'Shift N', 'Esc', '/']) {
        assert.ok(said.includes(key), `${key} is not in ${said.join(', ')}`);
      }
    });
  });
});

describe('a trace that grows', () => {
  it('offers what came, and keeps cursor, scroll and what is collapsed', async () => {
    const start = Date.now() * 1_000 - 3_000_000;
    const spans = largeTrace(300, start);
    await stage.post(spans);
    await stage.withPage(async (page) => {
      await open(page, `traces/${spans[0].traceId}`);
      await page.getByRole('treegrid').focus();
      for (const key of ['ArrowDown', 'ArrowLeft', 'PageDown', 'PageDown', 'PageDown']) {
        await page.keyboard.press(key);
      }
      const before = await page.evaluate(() => ({
        active: document.querySelector('[role=treegrid] .cursor .wf-name').title,
        y: document.querySelector('[role=treegrid] .cursor').getBoundingClientRect().y,
        collapsed: document.querySelectorAll('.wf-hidden-count').length,
      }));
      const late = [1, 2].map((n) => ({ ...spans[1], id: freshId(), timestamp: start + n }));
      await stage.post(late);
      await stage.waitForTrace(spans[0].traceId, 302);
      const offer = page.getByRole('button', { name: '+2 spans, show' });
      await offer.waitFor();
      const rows = page.locator('.toolbar-count');
      const [shown, all] = (await rows.textContent()).match(/\d+/g).map(Number);
      assert.equal(all, 300);
      await offer.click();
      await eventually(() => rows.textContent(), `${shown + 2} of 302 rows`);
      const after = await page.evaluate(() => ({
        active: document.querySelector('[role=treegrid] .cursor .wf-name').title,
        y: document.querySelector('[role=treegrid] .cursor').getBoundingClientRect().y,
        collapsed: document.querySelectorAll('.wf-hidden-count').length,
      }));
      assert.deepEqual(after, before);
    });
  });

  it('is left alone once it is old', async () => {
    await stage.withPage(async (page, { requests }) => {
      await page.clock.install({ time: Date.now() + 600_000 });
      await open(page, chainPath, names);
      await page.clock.runFor(60_000);
      const read = requests.filter((url) => url.includes('/api/v2/trace/')).length;
      assert.equal(read, 1);
    });
  });
});
