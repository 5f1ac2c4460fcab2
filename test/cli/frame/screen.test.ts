import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { localTime } from '../../../cli/frame/local-time.ts';
import { printable } from '../../../cli/frame/printable.ts';
import type { Define } from '../../../cli/frame/program.ts';
import type { Session } from '../../../cli/frame/session.ts';
import { tableText } from '../../../cli/frame/table.ts';
import { connector } from '../run-connector.ts';

/** Sets the clipboard, the title; clears; C1; hides the rest of a line; writes backwards. */
const HOSTILE = '\u001b]52;c;aGk=\u0007 \u001b]0;x\u0007 \u001b[2J \u009b31m \r \u202etxt';
const OBEYED = /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/u;

const showing =
  (show: (session: Session) => void): Define =>
  (parent, run) => {
    parent.command('show').action(
      run(async (session) => {
        show(session);
        return 0;
      }),
    );
  };
const shown = (show: (session: Session) => void, columns?: number, env: Record<string, string> = {}) =>
  connector(['show'], { commands: [showing(show)], env, ...(columns !== undefined && { columns }) });

describe('what comes from outside', () => {
  it('never reaches the terminal as a command', async () => {
    const everything = (session: Session) => {
      session.print(HOSTILE);
      session.say(HOSTILE);
      session.json({ [HOSTILE]: HOSTILE });
      session.table({ titles: ['a', 'b'], rows: [[HOSTILE, 1]] });
      session.record(HOSTILE, [[HOSTILE, HOSTILE]]);
      session.target(HOSTILE);
    };
    for (const columns of [undefined, 60, 120]) {
      const { stdout, stderr } = await shown(everything, columns, { NO_COLOR: '1' });
      expect(stdout + stderr).not.toMatch(OBEYED);
    }
  });

  it('means the same in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = printable(JSON.stringify({ text }));
        expect(json).not.toMatch(OBEYED);
        expect(JSON.parse(json)).toEqual({ text });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a table', () => {
  const id = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';
  const table = {
    titles: ['Number', 'Row', 'Operation', 'What to do'],
    rows: [
      [
        4711,
        id,
        'Create',
        'Create the user in COR under this external id, source MICROSOFT_DYNAMICS. Replay.',
      ],
      [4712, id, 'Delete', ''],
    ],
  };
  const plain = (text: string) => text;

  it.each([60, 80, 99, 100, 120, 200])(
    'is no wider than a terminal of %i columns, and cuts no id',
    (columns) => {
      const text = tableText(table, columns, plain);
      for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      if (columns < 200) expect(text.replaceAll(/[\s│]/g, '')).toContain(id);
      else expect(text).toContain(id);
    },
  );

  it('has a frame where it fits, and becomes records on a narrow terminal', () => {
    expect(tableText(table, 80, plain)).toBe(`Number 4711  Row ${id}  Operation Create
  What to do Create the user in COR under this external id, source
    MICROSOFT_DYNAMICS. Replay.
Number 4712  Row ${id}  Operation Delete`);
    expect(tableText({ titles: ['a'], rows: [['b']] }, 60, plain)).toContain('│ b │');
  });

  it('is tab-separated in a pipe, without colour', async () => {
    const { stdout } = await shown((session) =>
      session.table({ titles: ['a', 'b'], rows: [['x\ty\nz', 1]] }),
    );
    expect(stdout).toBe('a\tb\nx y z\t1\n');
  });

  it('has coloured titles on a terminal, unless NO_COLOR says otherwise', async () => {
    const show = (session: Session) => session.table({ titles: ['a'], rows: [['x']] });
    expect((await shown(show, 80)).stdout).toContain('\u001b[1ma');
    expect((await shown(show, 80, { NO_COLOR: '1' })).stdout).not.toContain('\u001b');
  });
});

it('times are local, to the second, with their zone', () => {
  expect(localTime('2026-11-24T08:00:01.999Z', 'Europe/Berlin')).toBe('2026-11-24 09:00:01 +01:00');
  expect(localTime('2026-07-24T23:00:00Z', 'Europe/Berlin')).toBe('2026-07-25 01:00:00 +02:00');
  expect(localTime('2026-11-24T08:00:01Z', 'UTC')).toBe('2026-11-24 08:00:01 +00:00');
  expect(localTime(undefined)).toBe('');
});

it('goes on with a long line under its beginning, without blanks at the edges', async () => {
  const show = ({ print }: Session) => print('- one two three four\n    five six seven eight nine');
  expect((await shown(show, 16)).stdout).toBe(
    '- one two three\nfour\n    five six\n    seven eight\n    nine\n',
  );
});
