// SPDX-License-Identifier: Apache-2.0
// Goal: a file of traces is read in the browser alone, and what cannot be read is refused in words.
// Method: files chosen, dropped and pasted; the requests that the page makes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { callChain } from './sample_spans.mjs';
import { eventually, Stage } from './stage.mjs';

const stage = new Stage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const one = callChain(['front', 'back'], Date.now() * 1000 - 5_000_000, 40_000, '500');
const two = callChain(['other', 'back'], Date.now() * 1000 - 9_000_000, 20_000, '200');

before(() => stage.open());
after(() => stage.close());

function file(name, value, pack = (text) => Buffer.from(text)) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { name, mimeType: 'application/json', buffer: pack(text) };
}

async function choose(page, ...files) {
  await page.getByLabel('Choose a file').setInputFiles(files);
}

async function drop(page, name, text) {
  await page.locator('.viewer-page').evaluate(
    (node, [fileName, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], fileName));
      node.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
}

async function findFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

describe('the viewer', () => {
  it('shows one trace of a file as a served one, and asks the server nothing', async () => {
    await stage.withPage(async (page, { requests }) => {
      await stage.visit(page, '');
      await page.getByRole('link', { name: 'Open traces from a file' }).click();
      await page.getByRole('heading', { name: 'Open traces from a file' }).waitFor();
      assert.deepEqual(await findFaults(page), []);
      const before = requests.length;
      await choose(page, file('kept.json.gz', one, gzipSync));
      await page.locator('.wf-row').first().waitFor();
      await page.getByText('kept.json.gz').waitFor();
      assert.equal(await page.locator('.wf-row').count(), 2);
      await page.locator('.wf-row').last().click();
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
      await eventually(async () => new URL(page.url()).searchParams.has('span'), true);
      assert.deepEqual(await findFaults(page), []);
      const asked = requests.slice(before).filter((url) => !url.endsWith('/favicon.svg'));
      assert.deepEqual(asked, []);
    });
  });

  it('lists several traces, opens each, and comes back', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, 'traceViewer');
      await drop(page, 'two.json', JSON.stringify([one, two]));
      const rows = page.locator('.file-table tbody tr');
      await rows.first().waitFor();
      assert.equal(await rows.count(), 2);
      assert.deepEqual(await findFaults(page), []);
      await rows.filter({ hasText: 'other' }).getByRole('link').click();
      await page.locator('.wf-row').first().waitFor();
      await page.getByRole('link', { name: 'All 2 traces' }).click();
      await rows.first().waitFor();
      await rows.filter({ hasText: 'front' }).getByRole('link').click();
      await page.locator('.wf-row').first().waitFor();
      await page.goBack();
      await rows.first().waitFor();
      await page.getByRole('button', { name: 'Close the file' }).click();
      await page.getByRole('heading', { name: 'Open traces from a file' }).waitFor();
    });
  });

  it('takes pasted text, and refuses in words', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, 'traceViewer');
      for (const [text, words] of [
        ['<html>signed out</html>', 'Pasted text: It is not JSON'],
        ['{"resourceSpans":[]}', 'It is OTLP JSON; this page reads Zipkin v2 JSON.'],
        ['[{}]', 'There is no Zipkin v2 span in it.'],
      ]) {
        await page.getByLabel('Or paste JSON').fill(text);
        await page.getByRole('button', { name: 'Show', exact: true }).click();
        await page.getByRole('alert').filter({ hasText: words }).waitFor();
      }
      const packed = gzipSync(Buffer.alloc(65 * 1024 * 1024, 32), { level: 1 });
      await choose(page, { name: 'bomb.gz', mimeType: 'application/gzip', buffer: packed });
      await page.getByText('bomb.gz: It is larger than 64 MB.').waitFor();
      await page.getByLabel('Or paste JSON').fill(JSON.stringify([...one, { odd: true }]));
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('left out: 1 entry that is not a span').waitFor();
      await page.locator('.wf-row').first().waitFor();
    });
  });
});
