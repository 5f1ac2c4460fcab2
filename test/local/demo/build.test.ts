import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireWritable } from '../../../local/demo/build.ts';

test('a folder that cannot be written is named, with why and what to do', () => {
  const folder = join(import.meta.dirname, 'no-such-folder');
  expect(() => requireWritable(folder)).toThrow(
    /no-such-folder cannot be written \(ENOENT\)\. .* copy the repository to a folder of your own\.$/,
  );
  expect(() => requireWritable(import.meta.dirname)).not.toThrow();
});
