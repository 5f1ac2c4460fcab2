import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorLineLevel } from '../../../local/host/console-line.ts';
import { createLogFilter, logCategory } from '../../../local/host/log-filter.ts';
import { startTestHost } from './start-host.ts';

test.each([
  ['a WARNING', 'warning'],
  ['a failing disk, warned about', 'warning'],
  ['TypeError: x', 'error'],
  ['it failed', 'error'],
  ['{"evt":"message.abandoned"}', 'information'],
])('the host takes the line "%s" of stderr for %s', (line, level) => {
  expect(errorLineLevel(line)).toBe(level);
});

test.each([
  [{}, 'Host.Function.Console', 'information', true],
  [{ default: 'warning' }, 'Host.Function.Console', 'information', false],
  [{ default: 'warning', host: 'information' }, 'Host.Function.Console', 'information', true],
  [{ Host: 'none', 'Host.Function.Console': 'information' }, 'Host.Function.Console', 'error', true],
  [{ Function: 'error', 'Function.sync': 'debug' }, logCategory('sync', 'user'), 'debug', true],
  [{ Function: 'error', 'Function.sync': 'debug' }, logCategory('health', 'system'), 'warning', false],
  [{ default: 'warning', Function: 'information' }, logCategory('', 'user'), 'information', false],
] as const)('host.json %j, category %s, level %s: %s', (levels, category, level, passes) => {
  expect(createLogFilter(levels)(level, category)).toBe(passes);
});

const SPEAKING = `
  app.get('speak', () => {
    console.log('to stdout: an error');
    console.warn('{"evt":"telemetry.off"}');
    console.error('one\\ntwo: failed');
    return {};
  });`;

async function heard(logLevel: object): Promise<readonly string[]> {
  const host = await startTestHost({ code: SPEAKING, hostJson: { logging: { logLevel } } });
  await fetch(`${host.httpUrl}/api/speak`);
  await host.stop();
  return [...host.logs].sort();
}

test('console text arrives line by line, with the level that its words have', async () => {
  expect(await heard({})).toEqual([
    'error : two: failed',
    'information : one',
    'information : to stdout: an error',
    'information : {"evt":"telemetry.off"}',
  ]);
});

test('a host.json without a level for the console drops what has no such word; ours keeps it', async () => {
  expect(await heard({ default: 'Warning' })).toEqual(['error : two: failed']);
  const { logging } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../host.json'), 'utf8'));
  expect(await heard(logging.logLevel)).toContain('information : {"evt":"telemetry.off"}');
});
