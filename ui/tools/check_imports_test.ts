// SPDX-License-Identifier: Apache-2.0
// Goal: each rule of check_imports refuses what it is for and lets the rest pass.
// Method: one small file for each.
import { describe, expect, it } from 'vitest';
import { faultsIn } from './check_imports.mjs';

const kHead = '// SPDX-License-Identifier: Apache-2.0\n';
const faults = (path: string, body: string): string[] => faultsIn(path, kHead + body);

describe('check_imports', () => {
  it.each([
    ['draw/bars.ts', "import { x } from '../core/trace';"],
    ['pages/trace/drawer.tsx', "import { x } from '../../ui/chip';"],
    ['pages/trace/drawer.tsx', "import { x } from './trace_state';"],
    ['ui/chip.tsx', "import { signal } from '@preact/signals';"],
    ['core/tree_test.ts', "import { it } from 'vitest';"],
    ['main.tsx', "import './pages/search/search.css';"],
    ['core/x.ts', '// the document.title of a page is not ours'],
  ])('lets %s say %s', (path, body) => expect(faults(path, body)).toEqual([]));
  it.each([
    ['core/x.ts', "import { x } from '../draw/bars';", 'may not import draw'],
    ['ui/x.tsx', "import { x } from '../pages/trace/drawer';", 'may not import pages'],
    ['pages/trace/x.tsx', "import { x } from '../search/search_page';", 'another page'],
    ['pages/trace/x.tsx', "import { x } from '../../core/testing/sample_traces';", 'tests only'],
    ['core/x.ts', "import { signal } from '@preact/signals';", 'belongs above draw'],
    ['ui/x.ts', "import moment from 'moment';", 'not on the list'],
    ['core/x.ts', "import x from '../../vite.config';", 'outside src'],
    ['core/x.ts', 'const a = document.title;', 'no browser objects'],
    ['draw/x.ts', "await fetch('x');", 'no browser objects'],
    ['ui/x.tsx', 'node.innerHTML = text;', 'never become markup'],
    ['ui/x.tsx', '<p dangerouslySetInnerHTML={{ __html: text }} />', 'never become markup'],
    ['ui/x.ts', 'const a = b as any;', 'no any'],
    ['ui/x.ts', '\n'.repeat(400), 'at most 300'],
  ])('refuses in %s: %s', (path, body, says) => expect(faults(path, body).join()).toContain(says));
  it('wants the licence line', () => {
    expect(faultsIn('core/x.ts', 'export {};\n')).toEqual(['does not open with its licence line']);
  });
});
