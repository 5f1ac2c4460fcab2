import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DeadLetterReason } from '../../src/dead-letter-reason.ts';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../../src/dynamics/translation.ts';

/** A message in one of three forms, with its envelope and the mapping that reads it. */
interface Fixture<Expected> {
  readonly about: string;
  readonly message?: object;
  readonly text?: string;
  readonly base64?: string;
  readonly contentType?: string;
  readonly applicationProperties?: Record<string, unknown>;
  /** Name of a preset, or a mapping. Default `resource-assignment`. */
  readonly mapping?: string | object;
  readonly expected: Expected;
}

const FOLDER = new URL('../fixtures/dynamics/', import.meta.url);

function fixtures<Expected>(folder: 'valid' | 'invalid'): { name: string; fixture: Fixture<Expected> }[] {
  return readdirSync(new URL(`${folder}/`, FOLDER)).map((file) => ({
    name: file.replace('.json', ''),
    fixture: JSON.parse(readFileSync(new URL(`${folder}/${file}`, FOLDER), 'utf8')),
  }));
}

function bodyOf({ message, text, base64 }: Fixture<unknown>): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return Buffer.from(text ?? JSON.stringify(message));
}

function handle(fixture: Fixture<unknown>): Translation {
  const { contentType, applicationProperties, mapping = 'resource-assignment' } = fixture;
  const decoded = decode(bodyOf(fixture), { contentType, applicationProperties });
  if (decoded.outcome === 'deadLetter') return decoded;
  return translate(
    decoded.context,
    typeof mapping === 'string' ? loadMapping(mapping) : parseMapping(mapping, 'of the fixture'),
  );
}

describe('messages that are understood', () => {
  for (const { name, fixture } of fixtures<Translation>('valid')) {
    it(`${name}: ${fixture.about}`, () => {
      expect(handle(fixture)).toEqual(fixture.expected);
    });
  }
});

describe('messages that are refused', () => {
  for (const { name, fixture } of fixtures<{ reason: DeadLetterReason; mentions: string[] }>('invalid')) {
    it(`${name}: ${fixture.about}`, () => {
      const settled = withoutReading(handle(fixture));
      const result = settled.outcome === 'apply' ? settled.rest : settled;
      if (result?.outcome !== 'deadLetter') throw new Error(`was not refused: ${JSON.stringify(result)}`);
      expect(result.reason).toBe(fixture.expected.reason);
      for (const mention of fixture.expected.mentions) expect(result.description).toContain(mention);
      // Service Bus keeps 4,096 characters.
      expect(result.description.length).toBeLessThan(1_000);
    });
  }
});
