import { expect, test } from 'vitest';
import { idText, inTheLog } from '../../../cli/frame/logged-id.ts';
import { formatLogLine } from '../../../src/log.ts';

const hashIn = (line: string) => String(JSON.parse(line).workspaceId);

test('an id that is a name is shown with what the log has in its place', () => {
  const logged = hashIn(formatLogLine({ evt: 'cor.drift', workspaceId: 'Bridge' }));
  expect(logged).toMatch(/^#[0-9a-f]{8}$/);
  expect([inTheLog('Bridge'), idText('Bridge')]).toEqual([logged, `Bridge (in the log ${logged})`]);
});

test.each(['4711', '7a3be5f0-5f0e-4c5b-8a53-6d1c2e3f0001'])('%s is in the log as it is', (id) => {
  expect([inTheLog(id), idText(id)]).toEqual(['', id]);
});

test('an id that stands in another row is shown as that row', () => {
  const id = { table: 'account', id: 'x', path: { lookup: [], persons: 'only', take: ['name'] } } as const;
  expect(idText(id as never)).toBe('at account x, to be looked up');
});
