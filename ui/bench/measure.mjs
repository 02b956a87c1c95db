// SPDX-License-Identifier: Apache-2.0
// One visit, measured inside the page: from the start of the navigation to the frame after the one
// that shows what was waited for, with the long tasks until then and the size of the document. And
// the processor time of the page's main thread, which other programs on the machine do not touch.

const kDeadlineMs = 120_000;

/** What makes a page whole, by kind of visit; runs in the browser, on every frame. */
const kWhole = {
  trace: (count) => {
    const grid = document.querySelector('[role=treegrid]');
    if (Number(grid?.getAttribute('aria-rowcount')) !== count + 1) return false;
    return document.querySelectorAll('.wf-row').length >= 10;
  },
  search: (count) => {
    const head = document.querySelector('.result-head')?.textContent.replaceAll(',', '') ?? '';
    return head.includes(String(count)) && document.querySelectorAll('.result').length >= 5;
  },
};

/** Runs in the browser before anything of the page does. */
function watchForWhole({ whole, count }) {
  const isWhole = new Function(`return (${whole})`)();
  const found = { longTasks: [], done: undefined };
  globalThis.benchFound = found;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      found.longTasks.push([startTime, duration]);
    }
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    if (!isWhole(count)) return requestAnimationFrame(look);
    // The frame that shows it is painted when the next one begins.
    requestAnimationFrame(() => {
      found.done = performance.now();
    });
  };
  document.addEventListener('DOMContentLoaded', () => requestAnimationFrame(look));
}

/** Milliseconds in which this page parses 10 MB of JSON: how fast the machine is right now. */
async function calibrate(context) {
  const page = await context.newPage();
  const ms = await page.evaluate(() => {
    const text = JSON.stringify(
      Array.from({ length: 62_500 }, (_, n) => ({
        id: String(n),
        name: 'calibration',
        pad: 'x'.repeat(108),
        at: n,
      })),
    );
    const begin = performance.now();
    const { length } = JSON.parse(text);
    return length > 0 ? performance.now() - begin : Number.NaN;
  });
  await page.close();
  return ms;
}

/** Visits `url` in a cold context; `kind` is of kWhole, `count` the rows or results there. */
export async function measure(browser, { url, kind, count }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const calibration = await calibrate(context);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(watchForWhole, { whole: kWhole[kind].toString(), count });
    await page.goto(url);
    await page.waitForFunction(() => globalThis.benchFound?.done !== undefined, undefined, {
      timeout: kDeadlineMs,
    });
    const { metrics } = await session.send('Performance.getMetrics');
    const tasks = metrics.find(({ name }) => name === 'TaskDuration');
    const found = await page.evaluate(() => ({
      ...globalThis.benchFound,
      nodes: document.querySelectorAll('*').length,
    }));
    const blocks = found.longTasks
      .filter(([start]) => start < found.done)
      .map(([, duration]) => duration);
    return {
      calibration,
      ms: found.done,
      cpu: tasks.value * 1_000,
      nodes: found.nodes,
      longTasks: blocks.reduce((sum, each) => sum + each, 0),
      longest: Math.max(0, ...blocks),
    };
  } finally {
    await context.close();
  }
}
