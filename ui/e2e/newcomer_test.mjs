// SPDX-License-Identifier: Apache-2.0
// Goal: a person with an empty clew finds out how to send a first span and sees it arrive.
// Method: the real flow. A server that already has spans (CLEW_URL) is made to look empty to
// this one page until the test posts: its list answers are replaced in the browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshId } from './sample_spans.mjs';
import { kRealUrl, Stage } from './stage.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const kService = `hello-${freshId()}`;

function hello() {
  const id = freshId(16);
  const timestamp = Date.now() * 1000 - 500_000;
  return [
    {
      traceId: id,
      id: freshId(),
      name: 'hello',
      timestamp,
      duration: 120_000,
      localEndpoint: { serviceName: kService },
    },
  ];
}

/** Until `isEmpty()` is false there are no traces; then only those of this test. */
async function pretendEmpty(page, isEmpty) {
  const answer = async (route) => {
    const url = new URL(route.request().url());
    if (isEmpty()) return route.fulfill({ json: [] });
    if (url.pathname.endsWith('/traces')) url.searchParams.set('serviceName', kService);
    return route.continue({ url: url.href });
  };
  await page.route(/\/api\/v2\/(services|traces)(\?|$)/, answer);
}

describe('the first steps page', () => {
  it('shows how to send a span, notices it, and opens its trace', async () => {
    await stage.withPage(async (page) => {
      let isEmpty = true;
      if (kRealUrl !== undefined) await pretendEmpty(page, () => isEmpty);
      await stage.visit(page, '');
      await page.getByRole('heading', { name: 'Send the first span' }).waitFor();
      await page.getByText('Nothing received yet').waitFor();
      const [curl, run, python, otel, spring] = await page
        .locator('.snippet code')
        .allTextContents();
      assert.match(curl, new RegExp(`curl -X POST ${stage.url}/api/v2/spans`));
      assert.match(curl, /"traceId":"[0-9a-f]{32}","id":"[0-9a-f]{16}"/);
      assert.equal(python, 'from clew.eventlet import patcher\npatcher.enable_trace_patch()');
      const endpoint = `${stage.url}/api/v2/spans`;
      assert.match(run, /^pip install .*\.whl\n/);
      for (const text of [run, otel, spring]) assert.ok(text.includes(`=${endpoint}`), text);

      const spans = hello();
      await stage.post(spans);
      isEmpty = false;
      const link = page.getByRole('link', { name: 'Open the trace' });
      await link.waitFor();
      await page.getByText(`First span: ${kService}: hello, 120 ms`).waitFor();
      assert.equal(await link.evaluate((node) => node === document.activeElement), true);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/zipkin/traces/${spans[0].traceId}`);
      await page.getByRole('heading', { name: `${kService}: hello` }).waitFor();
    });
  });

  it('sends the span by itself when asked', async () => {
    await stage.withPage(async (page) => {
      let isEmpty = true;
      await page.route(/\/api\/v2\/(services|traces)(\?|$)/, (route) =>
        isEmpty ? route.fulfill({ json: [] }) : route.continue(),
      );
      await stage.visit(page, '');
      const accepted = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.getByRole('button', { name: 'Send it for me' }).click();
      assert.equal((await accepted).status(), 202);
      isEmpty = false;
      await page.getByRole('link', { name: 'Open the trace' }).waitFor();
    });
  });

  it('says so when clew stops answering, and goes on when it is back', async () => {
    await stage.withPage(
      async (page) => {
        let isDown = false;
        await page.route(/\/api\/v2\/(services|traces)(\?|$)/, (route) =>
          isDown ? route.abort() : route.fulfill({ json: [] }),
        );
        await stage.visit(page, '');
        await page.getByText('Nothing received yet').waitFor();
        isDown = true;
        await page.getByText('clew does not answer').waitFor();
        isDown = false;
        await page.getByText('Nothing received yet').waitFor();
      },
      { expected: [/Failed to load resource/] },
    );
  });

  it('stops asking when it is left', async () => {
    await stage.withPage(async (page, { requests }) => {
      await page.route(/\/api\/v2\/(services|traces)(\?|$)/, (route) =>
        route.fulfill({ json: [] }),
      );
      await stage.visit(page, '');
      await page.getByText('Nothing received yet').waitFor();
      await page.getByRole('link', { name: 'Dependencies' }).click();
      await page.getByRole('heading', { name: 'Dependencies' }).waitFor();
      const asked = () => requests.filter((url) => url.includes('/api/v2/services')).length;
      const before = asked();
      await page.waitForTimeout(2_600); // more than one round of asking
      assert.equal(asked(), before);
    });
  });
});
