import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { confirm } from '../../../cli/frame/confirm.ts';

async function answer(typed: string, end = false): Promise<{ confirmed: boolean; shown: string }> {
  const input = new PassThrough();
  const output = new PassThrough();
  const shown = text(output);
  if (end) input.end(typed);
  else input.write(typed);
  const confirmed = await confirm('Sure? ', { input, errors: output });
  output.end();
  return { confirmed, shown: await shown };
}

test.each([
  ['yes\n', true],
  [' yes \n', true],
  ['y\n', false],
  ['YES\n', false],
  ['\n', false],
  ['no\nyes\n', false],
])('the answer %j means %s', async (typed, confirmed) => {
  expect(await answer(typed)).toEqual({ confirmed, shown: 'Sure? ' });
});

test('the end of the input is no yes', async () => {
  expect(await answer('', true)).toMatchObject({ confirmed: false });
});
