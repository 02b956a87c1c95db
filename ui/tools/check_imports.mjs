// SPDX-License-Identifier: Apache-2.0
// Folders are floors: a file may import its own folder and lower ones, a page never another
// page, and packages only from a short list. Also refuses what could turn a span's text into
// markup, browser objects in the pure folders, and files that grew too long. Prints every fault;
// exit status 1 if any.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const kFloors = ['core', 'draw', 'ui', 'pages'];
const kPackages = new Set(['preact', 'preact/hooks', '@preact/signals']);
const kLinesMax = 300;
const kTestLinesMax = 500;
const kSinks =
  'innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|srcdoc|DOMParser|' +
  'createContextualFragment';
const kMarkup = new RegExp(
  `\\b(${kSinks})\\b|document\\.write|\\beval\\(|new Function\\b|javascript:`,
);
const kGlobals =
  'document|window|localStorage|sessionStorage|navigator|location|history|fetch|' +
  'XMLHttpRequest|requestAnimationFrame';
const kBrowser = new RegExp(`\\b(${kGlobals})\\s*[.([]`);
const kAny = /:\s*any\b|<any>|\bas any\b/;
const kSilenced = /@ts-ignore|@ts-expect-error|biome-ignore-all/;

/** Faults of one file; `path` is relative to src, with forward slashes. */
export function faultsIn(path, text) {
  const faults = [];
  const folder = path.split('/')[0];
  const floor = kFloors.indexOf(folder);
  const isTest = /_test\.tsx?$|\/testing\//.test(path);
  const lines = text.split('\n');
  const most = isTest ? kTestLinesMax : kLinesMax;
  if (lines.length - 1 > most) faults.push(`${lines.length - 1} lines, at most ${most}`);
  if (!text.startsWith('// SPDX-License-Identifier: Apache-2.0\n') && !path.endsWith('.css')) {
    faults.push('does not open with its licence line');
  }
  lines.forEach((line, at) => {
    const say = (what) => faults.push(`line ${at + 1}: ${what}`);
    const code = line.replace(/\/\/.*$|^\s*\*.*$|^\s*\/\*.*$/, '');
    if (kMarkup.test(code)) say('text of spans must never become markup or code');
    if (kAny.test(code) || kSilenced.test(line)) say('no any and no silenced check');
    if ((folder === 'core' || folder === 'draw') && !isTest && kBrowser.test(code)) {
      say(`${folder} is pure: no browser objects`);
    }
    const from = /(?:from|import)\s+['"]([^'"]+)['"]/.exec(line)?.[1];
    if (from !== undefined) for (const fault of importFaults(path, floor, from, isTest)) say(fault);
  });
  return faults;
}

function importFaults(path, floor, from, isTest) {
  if (!from.startsWith('.')) {
    if (isTest && (from === 'vitest' || from.startsWith('node:'))) return [];
    if (!kPackages.has(from)) return [`package ${from} is not on the list`];
    const isPure = floor === 0 || floor === 1;
    return isPure ? [`${from} belongs above draw`] : [];
  }
  const target = relative('.', join(dirname(path), from))
    .split('\\')
    .join('/');
  if (target.startsWith('..')) return [`${from} lies outside src`];
  const [folder, page] = target.split('/');
  const targetFloor = kFloors.indexOf(folder);
  if (floor === -1) return [];
  if (targetFloor === -1) return [`${from} is in no floor`];
  if (targetFloor > floor) return [`${kFloors[floor]} may not import ${folder}, which is above it`];
  if (folder === 'pages' && page !== path.split('/')[1])
    return [`a page may not import another page (${page})`];
  if (target.includes('/testing/') && !isTest) return [`${from} is for tests only`];
  return [];
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : /\.(tsx?|css)$/.test(entry.name) ? [path] : [];
  });
}

function main() {
  const src = resolve(dirname(fileURLToPath(import.meta.url)), '../src');
  let count = 0;
  const files = filesUnder(src);
  for (const file of files) {
    const path = relative(src, file).split('\\').join('/');
    for (const fault of faultsIn(path, readFileSync(file, 'utf8'))) {
      console.error(`src/${path}: ${fault}`);
      count += 1;
    }
  }
  console.log(`check_imports: ${files.length} files, ${count} faults`);
  process.exitCode = count === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
