import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeUserMessage } from '../../src/messaging/user-message.ts';
import { connector, temporaryFolder } from './run-connector.ts';

const MESSAGES = fileURLToPath(new URL('../../local/events/messages/', import.meta.url));
const TEAM = `${MESSAGES}project-team/01-create-percentage.succeeded.json`;
const UNASSIGNED = `${MESSAGES}resource-assignment/07-create-unassigned.skipped.json`;
const BINARY = `${MESSAGES}resource-assignment/17-dotnet-binary.UnsupportedFormat.bin`;

describe('connector translate', () => {
  it('prints the changes of an event and exits with 0', async () => {
    const { stdout, stderr, code } = await connector(['translate', '--mapping', 'project-team', TEAM]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', allocation: { percentage: 35.5 } }],
    });
    expect([stderr, code]).toEqual(['', 0]);
  });

  it('says what the row comes to on a day, as the only one of its user', async () => {
    const task = `${MESSAGES}resource-assignment/01-create-assignment.succeeded.json`;
    const onDay = async (day: string) => {
      const { stdout } = await connector(['translate', '--on', day, task]);
      return JSON.parse(stdout).changes[0].onDay;
    };
    expect(await onDay('2026-03-04')).toEqual({ day: '2026-03-04', percentage: 50, attached: true });
    expect(await onDay('2026-02-27')).toEqual({
      day: '2026-02-27',
      percentage: 0,
      attached: true,
      whyZero: 'later',
    });
    expect(await onDay('2026-04-12')).toMatchObject({ attached: true, whyZero: 'finished' });
    expect(await onDay('2026-04-13')).toMatchObject({ attached: false, whyZero: 'finished' });
  });

  it('reads standard input, exits with 0 for an event that is skipped', async () => {
    const { stdout, code } = await connector(['translate', '-'], { input: readFileSync(UNASSIGNED) });
    expect(JSON.parse(stdout)).toEqual({ outcome: 'skip', reason: 'unassigned' });
    expect(code).toBe(0);
  });

  it('names the table that it found and the one that the mapping reads when an event is of another', async () => {
    const { stdout, stderr, code } = await connector(['translate', TEAM]);
    expect(JSON.parse(stdout)).toEqual({ outcome: 'skip', reason: 'otherTable' });
    expect(stderr).toBe(
      'The event is of table msdyn_projectteam, and the mapping reads msdyn_resourceassignment. Try --mapping project-team.\n',
    );
    expect(code).toBe(0);
  });

  it('reads a message that the connector sent itself', async () => {
    const change = {
      kind: 'remove',
      user: 'u',
      record: 'r',
      why: 'deleted',
      version: { number: 7 },
      basis: { kind: 'gone' },
    } as const;
    const { body } = encodeUserMessage({
      schema: 1,
      why: 'reconcile',
      user: 'u',
      changes: [change],
      reassert: false,
    });
    const { stdout, code } = await connector(['translate', '-'], { input: Buffer.from(body) });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'apply', changes: [change] });
    expect(code).toBe(0);
  });

  it('names a file in UTF-16', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'event.json'), Buffer.from('\ufeff{}', 'utf16le'));
    const { stderr, code } = await connector(['translate', 'event.json'], { folder });
    expect(stderr).toMatch(/^"event\.json" is in UTF-16: save it as UTF-8/);
    expect(code).toBe(2);
  });

  it('finds files from where the person stands', async () => {
    const { code } = await connector(['translate', basename(UNASSIGNED)], { folder: dirname(UNASSIGNED) });
    expect(code).toBe(0);
  });

  it('prints the dead letter of a message that is refused and exits with 1', async () => {
    const { stdout, code } = await connector(['translate', BINARY]);
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'deadLetter',
      reason: 'UnsupportedFormat',
      description: expect.stringContaining('Message Format to JSON'),
    });
    expect(code).toBe(1);
  });

  const wrong: [string, string[], string][] = [
    ['no file', [], 'file is missing.'],
    ['two files', [TEAM, TEAM], 'There are too many arguments for "translate".'],
    ['a file that is not there', ['/no/such/file.json'], '"/no/such/file.json" cannot be read (ENOENT)'],
    [
      'a mapping that is not there',
      ['--mapping', '/no/such/mapping.json', TEAM],
      'resource-assignment, project-team',
    ],
    ['a day that is none', ['--on', '2026-02-30', TEAM], '--on should be a date such as 2026-03-04'],
    ['a mapping that is none', ['--mapping', TEAM, TEAM], '/table is missing'],
    ['an option that is not known', ['--maping', TEAM], 'no option "--maping". Did you mean --mapping?'],
  ];
  it.each(wrong)('exits with 2 and says why for %s', async (_what, args, message) => {
    const { stdout, stderr, code } = await connector(['translate', ...args]);
    expect(stderr).toContain(message);
    expect([stdout, code]).toEqual(['', 2]);
  });
});
