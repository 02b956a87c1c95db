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

/** Lines of things side by side: none may lie over its neighbour, leave the line or be blank. */
const kLines =
  '.trace-header, .toolbar, .crumbs, .drawer-head, .result-head, .file-bar, .link-window';

/** Faults of how things lie beside each other. */
export function placeFaults(page) {
  return page.evaluate((lines) => {
    const faults = [];
    const nameOf = (node) => {
      return (
        node.getAttribute('aria-label') || node.textContent.trim().slice(0, 30) || node.className
      );
    };
    const isDrawn = (node) => {
      const { width, height } = node.getBoundingClientRect();
      return width > 1 && height > 1 && node.checkVisibility({ visibilityProperty: true });
    };
    const isOver = (a, b) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      return wide > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    };
    for (const line of [...document.querySelectorAll(lines)].filter(isDrawn)) {
      const { left, right } = line.getBoundingClientRect();
      const things = [...line.querySelectorAll('h1, h2, dd, button, a, input, summary')]
        .filter(
          (node) => isDrawn(node) && node.closest('[popover], [role=status], dialog') === null,
        )
        .map((node) => ({ node, box: node.getBoundingClientRect() }));
      for (const [at, { node, box }] of things.entries()) {
        if (box.left < left - 1 || box.right > right + 1) faults.push(`beyond: ${nameOf(node)}`);
        const isBlank = getComputedStyle(node).fontSize === '0px' && !node.querySelector('svg');
        if (isBlank) faults.push(`blank: ${nameOf(node)}`);
        for (const other of things.slice(at + 1)) {
          if (node.contains(other.node) || !isOver(box, other.box)) continue;
          faults.push(`${nameOf(node)} lies over ${nameOf(other.node)}`);
        }
      }
    }
    const { right: rowsRight = 0 } =
      document.querySelector('.wf-head')?.getBoundingClientRect() ?? {};
    for (const tick of document.querySelectorAll('.tick')) {
      const isCut = tick.getBoundingClientRect().right > rowsRight;
      if (isCut) faults.push(`cut: ${tick.textContent}`);
    }
    const notes = document.querySelector('.notes')?.getBoundingClientRect().bottom;
    const strip = document.querySelector('.minimap-strip')?.getBoundingClientRect().top;
    if (strip - notes < 2) faults.push('the notes touch the strip below them');
    const frame = document.querySelector('.map-frame')?.getBoundingClientRect();
    for (const box of document.querySelectorAll('.map-box')) {
      const { left, right } = box.getBoundingClientRect();
      if (left < frame.left && right > frame.left) faults.push('the map opens inside a box');
    }
    const boxes = [...document.querySelectorAll('.map-box')].map((box) =>
      box.getBoundingClientRect(),
    );
    for (const label of document.querySelectorAll('.edge text')) {
      const box = label.getBoundingClientRect();
      if (boxes.some((each) => isOver(each, box))) faults.push(`under a box: ${label.textContent}`);
    }
    return [...new Set(faults)].slice(0, 12);
  }, kLines);
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
