// SPDX-License-Identifier: Apache-2.0
// What must be true of the page in every state, each check a list of faults: axe (WCAG 2.2 A and AA
// and best practices), words that only a bug writes, sideways scrolling, operations cut to nothing.
// `signsOf` reads which hue and mark every service has, to be compared between states.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const kWholePage = { type: 'tag', values: kTags };
// What another theme can break: structure, names and sizes are the same in both.
export const kColours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };
export const kOperationPixelsMin = 160;

/** Axe's violations, each with the first elements it names; `rules` as axe's runOnly. */
export async function axeFaults(page, rules = kWholePage) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const violations = await page.evaluate(async (runOnly) => {
    const found = await globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] });
    return found.violations;
  }, rules);
  return violations.map(({ id, nodes }) => {
    const first = nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 160)}`);
    return `axe ${id} ×${nodes.length}: ${first.join(' | ')}`;
  });
}

/** Faults of text and layout in the page as it stands. */
export function lookFaults(page) {
  return page.evaluate((least) => {
    const faults = [];
    const named = [...document.querySelectorAll('[title], [aria-label]')].flatMap((node) =>
      ['title', 'aria-label'].map((name) => node.getAttribute(name) ?? ''),
    );
    // biome-ignore lint/performance/useDomNodeTextContent: only what is on screen counts
    for (const text of [document.title, document.body.innerText, ...named]) {
      const found = /.{0,30}(\bNaN\b|\bundefined\b|\bnull\b|\bInfinity\b|\[object ).{0,30}/.exec(
        text,
      );
      if (found !== null) faults.push(`text of a bug: ${found[0]}`);
    }
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} wide in ${innerWidth}`);
    const main = document.querySelector('main');
    if (main !== null && main.scrollWidth > main.clientWidth) {
      faults.push(`main is ${main.scrollWidth} wide in ${main.clientWidth}`);
    }
    const onScreen = ({ top, bottom }) => bottom > 0 && top < innerHeight;
    for (const row of document.querySelectorAll('.wf-row')) {
      const operation = row.querySelector('.wf-operation');
      if (operation === null || !onScreen(row.getBoundingClientRect())) continue;
      const isCut = operation.scrollWidth > operation.clientWidth;
      const { left, right } = operation.getBoundingClientRect();
      const cell = operation.closest('[role=gridcell]').getBoundingClientRect();
      const shown = Math.min(right, cell.right) - Math.max(left, cell.left);
      if ((isCut || shown < right - left - 1) && shown < least) {
        faults.push(`${Math.round(shown)} px of operation: ${operation.textContent.slice(0, 40)}`);
      }
    }
    return [...new Set(faults)].slice(0, 12);
  }, kOperationPixelsMin);
}

/** [service, `hue-7 FR`] of every mark on the page. Patterns are left out: a trace gives those. */
export function signsOf(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('.mark[data-service]')].map((mark) => {
      const hue = [...mark.classList].find((word) => word.startsWith('hue-'));
      return [mark.dataset.service, `${hue} ${mark.textContent}`];
    }),
  );
}
