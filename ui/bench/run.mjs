// SPDX-License-Identifier: Apache-2.0
// Is the page as quick as it was? Two builds of the page stand before one `clew serve`, and the
// same browser visits them in turns, so that a busy machine is busy for both:
//   npm run bench -- [--base COMMIT] [--rounds N] [--only search|trace]
// CLEW_BINARY: the server, default ../build/release/bin/clew. Ends with status 1 if a gate fails.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

process.env.CLEW_BINARY ??= fileURLToPath(new URL('../../build/release/bin/clew', import.meta.url));
const { noBinary, startClew, postJson } = await import('../e2e/clew_server.mjs');
const { startFront } = await import('../e2e/front_server.mjs');
const { largeTraceSpans, postLargeTrace } = await import('../e2e/large_trace.mjs');
const { findChromium, kFlags } = await import('../e2e/stage.mjs');
const { buildCommit, buildThis } = await import('./builds.mjs');
const { measure } = await import('./measure.mjs');

const kResults = 1_000;
/**
 * Gates are counts, and ratios between the two pages of the processor time that their main threads
 * took, medians over the rounds: on a busy machine the time on the wall is luck.
 */
const kVisits = [
  // First, while the store holds no large trace: the page reads 32 MB of an answer at most.
  {
    name: 'search with 1,000 results',
    kind: 'search',
    count: kResults,
    path: `?serviceName=edge&lookback=7d&limit=${kResults}`,
    ratioMax: 0.35,
    nodesMax: 1_500,
    before: postResults,
  },
  {
    name: 'trace of 10,000 spans',
    kind: 'trace',
    count: 10_000,
    before: postLarge,
    path: 'traces/00000000000bec10',
    ratioMax: 1.05,
  },
  {
    name: 'trace of 100,000 spans',
    kind: 'trace',
    count: 100_000,
    path: 'traces/0000000000bec100',
    ratioMax: 1.05,
  },
];

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: '4231f8c' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
});

async function postLarge(url) {
  await postLargeTrace(url, '00000000000bec10', 10_000);
  await postLargeTrace(url, '0000000000bec100', 100_000);
}

async function postResults(url) {
  let batch = [];
  for (let n = 0; n < kResults; n += 1) {
    const id = `bec${n.toString(16).padStart(13, '0')}`;
    batch.push(...largeTraceSpans(id, 5 + ((n * 7) % 36), n));
    if (batch.length < 5_000) continue;
    await postJson(url, JSON.stringify(batch));
    batch = [];
  }
  if (batch.length > 0) await postJson(url, JSON.stringify(batch));
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const mediansOf = (runs) =>
  Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));

/** One visit of each page in each round, the order turned round every time. */
async function compare(browser, pages, visit, rounds) {
  const runs = new Map(pages.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? pages : [...pages].reverse();
    for (const { name, front } of order) {
      const url = `${front.url}/zipkin/${visit.path}`;
      runs.get(name).push(await measure(browser, { ...visit, url }));
    }
  }
  return runs;
}

function row(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function reportVisit(visit, runs) {
  const [now, base] = [...runs.values()].map(mediansOf);
  const [ratio, cpuRatio] = [now.ms / base.ms, now.cpu / base.cpu];
  for (const [name, runsOfOne] of runs) {
    const { ms, cpu, nodes, longTasks, longest, calibration } = mediansOf(runsOfOne);
    const figures = [ms, cpu, longTasks, longest, nodes, calibration].map((each) =>
      each.toFixed(0),
    );
    const least = Math.min(...runsOfOne.map((each) => each.ms)).toFixed(0);
    const ratios = name === 'this' ? [ratio, cpuRatio] : [1, 1];
    row([visit.name, name, ...figures, least, ...ratios.map((each) => each.toFixed(2))]);
  }
  const faults = [];
  if (cpuRatio > visit.ratioMax) faults.push(`${visit.name}: ${cpuRatio.toFixed(2)}×`);
  if (now.nodes > (visit.nodesMax ?? Number.POSITIVE_INFINITY)) {
    faults.push(`${visit.name}: ${now.nodes} nodes`);
  }
  return faults;
}

async function main() {
  if (noBinary !== false) throw new Error(noBinary);
  const rounds = Number(values.rounds);
  const folders = [
    ['this', buildThis()],
    [values.base, buildCommit(values.base)],
  ];
  const clew = await startClew();
  const browser = await chromium.launch({ executablePath: findChromium(), args: kFlags });
  const pages = [];
  const faults = [];
  try {
    for (const [name, folder] of folders) {
      pages.push({ name, front: await startFront(folder, clew.url) });
    }
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
    console.log(`this: ${commit.trim()}; ${browser.version()}; ${rounds} rounds; medians, ms\n`);
    row([...'visit page whole cpu long longest nodes JSON least × cpu×'.split(' ')]);
    row(['---', '---', ...Array(9).fill('--:')]);
    for (const visit of kVisits.filter(({ kind }) => (values.only ?? kind) === kind)) {
      await visit.before?.(clew.url);
      faults.push(...reportVisit(visit, await compare(browser, pages, visit, rounds)));
    }
  } finally {
    await browser.close();
    for (const { front } of pages) await front.close();
    await clew.close();
  }
  console.log(faults.length === 0 ? '\nevery gate holds' : `\ngates broken: ${faults.join('; ')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

await main();
