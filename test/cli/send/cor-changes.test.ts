import { expect, it } from 'vitest';
import { corChanges } from '../../../cli/send/cor-changes.ts';

it('names what was attached, changed and detached, and nothing else', () => {
  const before = { ada: { same: 10, more: 20, gone: 30 } };
  const after = { ada: { same: 10, more: 25, new: 5 }, bob: { first: 50 } };
  expect(corChanges(before, after)).toEqual([
    'user ada, workspace gone: detached (was 30 %)',
    'user ada, workspace more: 20 % → 25 %',
    'user ada, workspace new: attached with 5 %',
    'user bob, workspace first: attached with 50 %',
  ]);
  expect(corChanges(after, after)).toEqual([]);
});
