// SPDX-License-Identifier: Apache-2.0
// The two pages that are compared: the one of this tree, and the one of an earlier commit, taken
// from git and built the same way with the packages that are installed here.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kUi = fileURLToPath(new URL('..', import.meta.url));
const kRoot = join(kUi, '..');
const kFolder = join(kRoot, 'build/ui-bench');

function build(ui, out) {
  const words = ['vite', 'build', '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'];
  execFileSync('npx', words, { cwd: ui, stdio: 'inherit' });
  return out;
}

/** Builds the page of this tree, with what is not committed; returns the folder. */
export const buildThis = () => build(kUi, join(kFolder, 'this-dist'));

/** Builds the page of a commit; returns the folder. */
export function buildCommit(commit) {
  const tree = join(kFolder, commit);
  const ui = join(tree, 'ui');
  if (!existsSync(join(ui, 'package.json'))) {
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(tree, { recursive: true });
    const archive = execFileSync('git', ['archive', commit, 'ui'], {
      cwd: kRoot,
      maxBuffer: 2 ** 28,
    });
    execFileSync('tar', ['-x', '-C', tree], { input: archive });
    symlinkSync(join(kUi, 'node_modules'), join(ui, 'node_modules'));
  }
  return build(ui, join(kFolder, `${commit}-dist`));
}
