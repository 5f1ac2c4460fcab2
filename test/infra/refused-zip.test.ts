import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { deploymentZip, PackageError, verifyZip } from '../../infra/package/deployment-zip.ts';
import { registeredFunctions } from '../../infra/package/registered-functions.ts';
import { PARTS } from './zip-parts.ts';

describe('a zip that would deploy and do nothing is refused', () => {
  const files = () => unzipSync(deploymentZip(PARTS));

  test('when main names a file that is not in it', () => {
    const { 'dist/index.cjs': _, ...others } = files();
    expect(() => verifyZip(zipSync({ ...others, 'dist/index.js': PARTS.bundle }))).toThrow(
      new PackageError(
        'package.json names dist/index.cjs as main, and the zip holds no such file or an empty one. Run npm run build; see what esbuild writes.',
      ),
    );
  });

  test.each<[string, object, string]>([
    ['when the bundle is empty', { bundle: new Uint8Array() }, 'no such file or an empty one'],
    ['when host.json is broken', { hostJson: strToU8('{') }, 'host.json is no JSON'],
    ['when host.json is of another version', { hostJson: strToU8('{}') }, '"version": "2.0"'],
  ])('%s', (_, change, text) => {
    expect(() => deploymentZip({ ...PARTS, ...change })).toThrow(text);
  });

  test.each<[string, object, string]>([
    ['host.json', { 'host.json': undefined }, 'no host.json at its root'],
    ['package.json', { 'package.json': undefined }, 'no package.json at its root'],
    ['main', { 'package.json': strToU8('{}') }, 'names no main file'],
    [
      'the module type',
      { 'package.json': strToU8('{"main":"app.js","type":"module"}'), 'app.js': PARTS.bundle },
      'would be loaded as an ES module',
    ],
  ])('when %s is wrong', (_, change, text) => {
    const changed = Object.entries({ ...files(), ...change }).filter(([, bytes]) => bytes !== undefined);
    expect(() => verifyZip(zipSync(Object.fromEntries(changed)))).toThrow(text);
  });

  test('when it throws, with what it says', async () => {
    const broken = deploymentZip({
      ...PARTS,
      bundle: strToU8(`throw new Error('COR_API_KEY: should be …');`),
    });
    await expect(registeredFunctions(broken, {})).rejects.toThrow('does not load: COR_API_KEY: should be …');
  });

  test('when it registers no function', async () => {
    const nothing = deploymentZip({ ...PARTS, bundle: strToU8('void 0;') });
    await expect(registeredFunctions(nothing, {})).rejects.toThrow('registered no functions');
  });

  test('when the bundle needs a module that is not in it', async () => {
    const needy = deploymentZip({ ...PARTS, bundle: strToU8('require("zod");') });
    await expect(registeredFunctions(needy, {})).rejects.toThrow("Cannot find module 'zod'");
  });
});
