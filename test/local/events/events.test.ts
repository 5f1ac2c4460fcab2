import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { corSeed } from '../../../local/events/cast.ts';
import { writeSamples } from '../../../local/events/generate.ts';
import { listSamples, type Sample } from '../../../local/events/samples.ts';
import { STORY_DAY } from '../../../local/events/story-day.ts';
import { addUpDayByDay, weekRule } from '../../../local/histories/day-by-day.ts';
import { DEAD_LETTER_REASONS } from '../../../src/dead-letter-reason.ts';
import type { PutAssignment } from '../../../src/dynamics/assignment-change.ts';
import { decode } from '../../../src/dynamics/decode.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { translate } from '../../../src/dynamics/translate.ts';
import { isResolved, type Settled, withoutReading } from '../../../src/dynamics/translation.ts';

const EVENTS = new URL('../../../local/events/', import.meta.url);
const samples = listSamples();

const json = (file: string) => JSON.parse(readFileSync(new URL(file, EVENTS), 'utf8'));

function handle({ body, contentType, applicationProperties, preset }: Sample): Settled<string> {
  const decoded = decode(body, { contentType, applicationProperties });
  if (decoded.outcome === 'deadLetter') return decoded;
  const settled = withoutReading(translate(decoded.context, loadMapping(preset)));
  if (!isResolved(settled)) throw new Error('The presets of the samples need no look-up.');
  return settled;
}

describe('the sample events', () => {
  it('are the files that the generator writes', () => {
    const generated = mkdtempSync(join(tmpdir(), 'events-'));
    onTestFinished(() => rmSync(generated, { recursive: true }));
    writeSamples(generated);
    const contentsOf = (folder: string) =>
      [
        'cor-seed.json',
        ...readdirSync(join(folder, 'messages'), { recursive: true }).map((file) => `messages/${file}`),
      ]
        .filter((file) => /\.(json|bin)$/.test(file))
        .map((file) => [file, readFileSync(join(folder, file), 'latin1')]);
    expect(Object.fromEntries(contentsOf(fileURLToPath(EVENTS)))).toEqual(
      Object.fromEntries(contentsOf(generated)),
    );
  });

  it('have ids of their own and endings that exist', () => {
    expect(new Set(samples.map(({ messageId }) => messageId)).size).toBe(samples.length);
    const reasons: readonly string[] = DEAD_LETTER_REASONS;
    for (const { ending } of samples) expect(['succeeded', 'skipped', ...reasons]).toContain(ending);
  });

  it('are as long as those of Dataverse', () => {
    for (const { body, ending } of samples.filter(({ ending }) => ending === 'succeeded')) {
      expect(body.length, ending).toBeGreaterThan(3_000);
      expect(body.length, ending).toBeLessThan(10_000);
    }
  });

  it('carry the properties that Dataverse sets', () => {
    const first = samples[0];
    expect(Object.keys(first?.applicationProperties ?? {})).toEqual(
      ['Organization', 'User', 'InitiatingUser', 'EntityLogicalName', 'RequestName'].map(
        (name) => `http://schemas.microsoft.com/xrm/2011/Claims/${name}`,
      ),
    );
    expect(first?.contentType).toBe('application/json');
  });

  for (const sample of samples) {
    it(`${sample.preset}/${sample.name} ends as its name says: ${sample.ending}`, () => {
      const result = handle(sample);
      const ending = { apply: 'succeeded', skip: 'skipped', deadLetter: '' }[result.outcome];
      // Only COR can tell that it does not know a user or a workspace.
      const known = new Set([...corSeed().users, ...corSeed().workspaces].map(({ id }) => id));
      const isUnknown =
        result.outcome === 'apply' &&
        result.changes.some(
          (change) => change.kind === 'put' && !(known.has(change.user) && known.has(change.workspace)),
        );
      const found =
        result.outcome === 'deadLetter' ? result.reason : isUnknown ? 'CorEntityNotMapped' : ending;
      expect(found).toBe(sample.ending);
    });
  }
});

describe('the story that the sample events tell', () => {
  it('ends in the expected state', () => {
    const held = new Map<string, PutAssignment>();
    for (const sample of samples.filter(({ ending }) => ending === 'succeeded')) {
      const result = handle(sample);
      if (result.outcome !== 'apply') throw new Error(`${sample.name}: ${result.outcome}`);
      for (const change of result.changes) {
        if (change.kind === 'put') held.set(`${change.user} ${change.record}`, change);
        else held.delete(`${change.user} ${change.record}`);
      }
    }
    const state: Record<string, Record<string, number>> = {};
    for (const { user } of held.values()) {
      const rows = [...held.values()].filter((put) => put.user === user);
      // By a sum over the days, and not by the ledger's code.
      state[user] = Object.fromEntries(addUpDayByDay(rows, weekRule({}), STORY_DAY));
    }
    expect(state).toEqual(json('expected-state.json'));
  });
});
