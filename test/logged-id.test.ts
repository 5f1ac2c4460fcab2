import { expect, it } from 'vitest';
import { formatLogLine } from '../src/log.ts';
import { loggedId } from '../src/logged-id.ts';

it.each(['20d6c3cc-5f59-4733-a571-be96ba510898', '4711', '2026-0042', '1.2'])(
  '%s is logged as it is',
  (id) => {
    expect(loggedId(id)).toBe(id);
  },
);

it.each(['Bridge renewal', 'kim@example.com', 'Kim', 'E-0042', '1 Bridge', ''])(
  '%j is logged as a hash',
  (id) => {
    expect(loggedId(id)).toMatch(/^#[0-9a-f]{8}$/);
    expect(loggedId(id)).toBe(loggedId(id));
    expect(loggedId(id)).not.toBe(loggedId(`${id}x`));
  },
);

it('no log line is written with an id that is a name', () => {
  const written = formatLogLine({ evt: 'cor.drift', workspaceId: 'Secret Merger' });
  expect(JSON.parse(written)).toEqual({ evt: 'cor.drift', workspaceId: loggedId('Secret Merger') });
  expect(written).not.toContain('Secret');
  expect(formatLogLine({ evt: 'pause.ended' })).toBe('{"evt":"pause.ended"}');
});
