// SPDX-License-Identifier: Apache-2.0
// Goal: a press finds the action that the help promises for it.
// Method: presses as the browser reports them, against two sets of keys.
import { describe, expect, it } from 'vitest';
import { actionsFor, type KeySet, keyLabel, keyNames } from './keys';

const kFocus = {} as Element;
const set = (title: string, ...keys: string[][]): KeySet => {
  const actions = keys.map((names) => ({ keys: names, meaning: title, run: () => true }));
  return { title, actions };
};

describe('keys', () => {
  it.each([
    ['j', false, ['j']],
    ['J', true, ['Shift+J']],
    ['J', false, ['j']], // Caps Lock
    ['j', true, ['Shift+J']], // Caps Lock and Shift
    ['?', true, ['Shift+?', '?']],
    ['+', true, ['Shift++', '+']],
    ['ArrowLeft', true, ['Shift+ArrowLeft', 'ArrowLeft']],
    ['Ж', false, ['ж']],
  ])('%s (Shift: %s) is %j', (key, shiftKey, names) => {
    expect(keyNames({ key, shiftKey })).toEqual(names);
  });
  it('prefers the set that came last, and the name with Shift', () => {
    const sets = [set('page', ['j'], ['ArrowLeft']), set('layer', ['j'], ['Shift+ArrowLeft'])];
    const found = (key: string, shiftKey: boolean) =>
      actionsFor(sets, { key, shiftKey }, kFocus).map((each) => each.meaning);
    expect(found('j', false)).toEqual(['layer', 'page']);
    expect(found('ArrowLeft', true)).toEqual(['layer', 'page']);
    expect(found('ArrowLeft', false)).toEqual(['page']);
    expect(found('x', false)).toEqual([]);
  });
  it('asks an action whether the focus suits it', () => {
    const picky = { keys: ['j'], meaning: 'grid', when: () => false, run: () => true };
    const sets = [{ title: 'grid', actions: [picky] }];
    expect(actionsFor(sets, { key: 'j', shiftKey: false }, kFocus)).toEqual([]);
  });
  it.each([
    ['Shift+ArrowLeft', 'Shift ←'],
    ['+', '+'],
    ['-', '−'],
    ['Escape', 'Esc'],
    ['Shift+E', 'Shift E'],
  ])('prints %s as %s', (name, label) => expect(keyLabel(name)).toBe(label));
});
