// SPDX-License-Identifier: Apache-2.0
// Goal: a list of any length stays quick, says what it leaves out, and is as it was on the way
// back; an answer that is late, too large, broken or not clew's gets words and a way on.
// Method: traces of a service that only this run knows; odd answers are made up in the browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callChain, freshId } from './sample_spans.mjs';
import { answerHugely, manyTraces } from './search_states.mjs';
import { eventually, Stage } from './stage.mjs';

const stage = new Stage();
const mine = `many-${freshId(4)}`;
const kCount = 1_000;
const kTraces = /\/api\/v2\/traces\?/;
const kFailed = [/Failed to load resource/];
const search = (limit, more = '') => `?serviceName=${mine}&lookback=1h&limit=${limit}${more}`;

before(async () => {
  await stage.open();
  const now = Date.now() * 1_000;
  const spans = Array.from({ length: kCount }, (_, n) =>
    callChain(
      n % 3 === 0 ? [mine, 'cart', 'stock'] : [mine],
      now - 2_000_000 * (n + 1),
      20_000 + n,
      '200',
    ),
  );
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(spans.flat());
  const response = await fetch(`${stage.url}/api/v2/spans`, { method: 'POST', headers, body });
  assert.equal(response.status, 202);
  await stage.waitForTrace(spans.at(-1)[0].traceId, 1);
});
after(() => stage.close());

const rows = (page) => page.locator('.fresh .result');
const scrollTop = (page) => page.evaluate(() => document.querySelector('main').scrollTop);
const focusedTrace = (page) => page.evaluate(() => document.activeElement?.dataset.trace ?? null);

async function openList(page, address) {
  await stage.visit(page, address);
  await rows(page).first().waitFor();
}

/** Waits for what the page does after some time by moving its clock. */
async function visitHanging(page) {
  await page.clock.install();
  await page.route(kTraces, () => {});
  const asked = page.waitForRequest(kTraces);
  await stage.visit(page, search(10));
  await asked;
}

describe('a list of 1,000 results', () => {
  it('has at most 60 rows and 1,500 elements, and all rows where they belong', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(kCount));
      await page.getByRole('heading', { name: '1,000 traces' }).waitFor();
      for (const to of [0, 0.5, 1]) {
        await page.evaluate((share) => {
          const main = document.querySelector('main');
          main.scrollTop = share * (main.scrollHeight - main.clientHeight);
        }, to);
        const wanted = String(1 + Math.round(to * (kCount - 1)));
        await page.locator(`li[aria-posinset="${to === 0.5 ? '500' : wanted}"]`).waitFor();
        const seen = await page.evaluate(() => {
          const items = [...document.querySelectorAll('.results > li')];
          return {
            elements: document.querySelectorAll('*').length,
            rows: items.length,
            heights: [...new Set(items.map((item) => item.getBoundingClientRect().height))],
            sizes: [...new Set(items.map((item) => item.ariaSetSize))],
          };
        });
        assert.ok(seen.rows <= 60 && seen.elements <= 1_500, JSON.stringify(seen));
        assert.deepEqual([seen.heights.length, seen.sizes], [1, ['1000']]);
      }
    });
  });

  it('is filtered by name and id, since the browser finds only rows in view', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(kCount));
      await page.keyboard.press('f');
      await page.keyboard.type('STOCK');
      await page.getByRole('heading', { name: '334 of 1,000 traces' }).waitFor();
      await page.keyboard.press('Enter');
      assert.notEqual(await focusedTrace(page), null);
    });
  });
});

describe('the results by keyboard', () => {
  it('go from the form to a row, over rows, into a trace and back to that row', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(kCount));
      const ids = await rows(page).evaluateAll((all) => all.map((row) => row.dataset.trace));
      await page.keyboard.press('/');
      const service = page.getByLabel('Service', { exact: true });
      assert.equal(await service.evaluate((node) => node === document.activeElement), true);
      await page.keyboard.press('Escape');
      await eventually(() => focusedTrace(page), ids[0]);
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('k');
      await eventually(() => focusedTrace(page), ids[1]);
      await page.keyboard.press('End');
      await page.locator(`li[aria-posinset="${kCount}"] a:focus`).waitFor();
      const last = await focusedTrace(page);
      const at = await scrollTop(page);
      await page.keyboard.press('Enter');
      await page.locator('.wf-row').first().waitFor();
      await page.goBack();
      await eventually(() => focusedTrace(page), last);
      assert.equal(await scrollTop(page), at);
    });
  });

  it('reach the first result in two steps, past the form', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(10));
      const skip = page.getByRole('button', { name: 'Skip to the results' });
      for (let n = 0; n < 30; n += 1) {
        if (await skip.evaluate((node) => node === document.activeElement)) break;
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await eventually(
        () => focusedTrace(page),
        await rows(page).first().getAttribute('data-trace'),
      );
    });
  });

  it('are listed in the help, and letters can be switched off there', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(10));
      await page.keyboard.press('?');
      const help = page.getByRole('dialog', { name: 'Keys' });
      await help.getByText('Next trace').waitFor();
      await help.getByLabel('Letters and signs are keys').uncheck();
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      assert.equal(await focusedTrace(page), null);
    });
  });
});

describe('the way back to the results', () => {
  it('finds list, place and unsent form again, and asks the server nothing', async () => {
    await stage.withPage(async (page, { requests }) => {
      await openList(page, search(kCount));
      await page.getByLabel('Min duration').fill('7ms');
      await page.evaluate(() => document.querySelector('main').scrollTo(0, 9_000));
      const row = page.locator('li[aria-posinset="210"] a');
      await row.click();
      await page.locator('.wf-row').first().waitFor();
      const asked = () => requests.filter((url) => kTraces.test(url)).length;
      const before = asked();
      await page.goBack();
      await eventually(() => scrollTop(page), 9_000);
      await eventually(() => focusedTrace(page), await row.getAttribute('data-trace'));
      assert.equal(await page.getByLabel('Min duration').inputValue(), '7ms');
      assert.equal(asked(), before);
    });
  });

  it('outlives a reload and another search', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(kCount));
      await page.getByLabel('Max duration').fill('9s');
      await page.evaluate(() => document.querySelector('main').scrollTo(0, 4_000));
      await page.reload();
      await rows(page).first().waitFor();
      await eventually(() => scrollTop(page), 4_000);
      assert.equal(await page.getByLabel('Max duration').inputValue(), '9s');
      await page.getByRole('button', { name: 'Find traces' }).click();
      await eventually(() => new URL(page.url()).searchParams.get('maxDuration'), '9s');
      await eventually(() => scrollTop(page), 0);
      await page.goBack();
      await eventually(() => scrollTop(page), 4_000);
    });
  });
});

describe('a list that is a part', () => {
  it('never calls its longest the longest', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(10, '&sort=longest'));
      await page.getByRole('button', { name: 'Longest of these 10', pressed: true }).waitFor();
      await page.getByRole('button', { name: 'Most spans of these 10' }).waitFor();
      await page.getByText('not all that match').waitFor();
      await page.getByText('The list ends here').waitFor();
      await page.getByRole('link', { name: 'Show up to 50' }).click();
      await page.getByRole('button', { name: 'Longest of these 50' }).waitFor();
      await openList(
        page,
        `?serviceName=${mine}&minDuration=20990&lookback=1h&limit=50&sort=longest`,
      );
      await page.getByRole('button', { name: 'Longest', exact: true, pressed: true }).waitFor();
      assert.equal(await page.getByText('not all that match').count(), 0);
    });
  });

  it('is dropped beyond 32 MB, with a smaller limit or window to choose', async () => {
    await stage.withPage(async (page) => {
      await answerHugely(page);
      await openList(page, search(500));
      const note = page.locator('.cut-note');
      await page.getByText(/larger than 32 MB.*after 3\d traces/).waitFor();
      const narrower = note.getByRole('link', { name: 'Last 30 minutes' });
      assert.match(await narrower.getAttribute('href'), /lookback=30m.*limit=500/);
      await page.evaluate(() => {
        globalThis.isHuge = false;
      });
      await note.getByRole('link', { name: 'Limit 20', exact: true }).click();
      await page.getByRole('heading', { name: '20 traces' }).waitFor();
      assert.equal(await note.count(), 0);
    });
  });

  it('keeps what came of an answer that broke off', async () => {
    await stage.withPage(async (page) => {
      const body = JSON.stringify(manyTraces(12)).slice(0, -40);
      await page.route(kTraces, (route) =>
        route.fulfill({ contentType: 'application/json', body }),
      );
      await openList(page, search(50));
      await page.getByText('broke off after 11 traces').waitFor();
      assert.equal(await rows(page).count(), 11);
    });
  });
});

describe('an answer that does not come', () => {
  it('can be stopped, and asked for again', async () => {
    await stage.withPage(
      async (page) => {
        await visitHanging(page);
        await page.clock.runFor(2_500);
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByText('You stopped this request').waitFor();
        await page.unroute(kTraces);
        await page.getByRole('button', { name: 'Retry' }).click();
        await rows(page).first().waitFor();
      },
      { expected: kFailed },
    );
  });

  it('is given up after 30 s of silence', async () => {
    await stage.withPage(
      async (page) => {
        await visitHanging(page);
        await page.clock.runFor(29_000);
        assert.equal(await page.locator('.failure').count(), 0);
        await page.clock.runFor(2_000);
        await page.getByText('Nothing came for 30 s').waitFor();
      },
      { expected: kFailed },
    );
  });

  it('is called a sign-in page when it is on another host', async () => {
    await stage.withPage(
      async (page) => {
        const headers = { location: 'http://127.0.0.2:9/login' };
        await page.route(kTraces, (route) => route.fulfill({ status: 302, headers }));
        await stage.visit(page, search(10));
        await page.getByText('Signed out?').waitFor();
      },
      { expected: [/127\.0\.0\.2/, /policy violated: connect-src/] },
    );
  });

  it('is called a sign-in page when it is a web page', async () => {
    await stage.withPage(async (page) => {
      await page.route(kTraces, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<p>Please sign in</p>' }),
      );
      await stage.visit(page, search(10));
      await page.getByText('Signed out?').waitFor();
      await page.getByRole('button', { name: 'Reload the page' }).waitFor();
    });
  });
});

describe('the search form', () => {
  it('asks for errors only, by a box', async () => {
    await stage.withPage(async (page) => {
      await openList(page, search(10));
      await page.getByLabel('Errors only').check();
      assert.equal(await page.getByLabel('Tags').inputValue(), 'error');
      await page.getByRole('button', { name: 'Find traces' }).click();
      await eventually(() => new URL(page.url()).searchParams.get('annotationQuery'), 'error');
      await page.getByRole('heading', { name: 'No traces match' }).waitFor();
    });
  });

  it('suggests tag keys, then their values, where the server offers them', async () => {
    await stage.withPage(async (page) => {
      await page.route(/\/autocompleteKeys$/, (route) => route.fulfill({ json: ['region', 'az'] }));
      await page.route(/\/autocompleteValues\?key=region$/, (route) =>
        route.fulfill({ json: ['eu-1', 'us-1'] }),
      );
      await openList(page, search(10));
      const tags = page.getByLabel('Tags');
      await tags.fill('error and reg');
      await page.getByRole('option', { name: 'error and region=' }).click();
      await page.getByRole('option', { name: 'error and region=us-1' }).waitFor();
      await tags.press('ArrowDown');
      await tags.press('Enter');
      assert.equal(await tags.inputValue(), 'error and region=eu-1');
    });
  });
});
