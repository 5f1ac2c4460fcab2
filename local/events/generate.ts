import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { corSeed } from './cast.ts';
import { story } from './story.ts';

/** Writes `messages/` and `cor-seed.json` into a folder. */
export function writeSamples(folder: string): void {
  rmSync(`${folder}/messages`, { recursive: true, force: true });
  for (const [preset, files] of Object.entries(story())) {
    mkdirSync(`${folder}/messages/${preset}`, { recursive: true });
    for (const { name, body } of files) writeFileSync(`${folder}/messages/${preset}/${name}`, body);
  }
  writeFileSync(`${folder}/cor-seed.json`, `${JSON.stringify(corSeed(), null, 2)}\n`);
}

// `node local/events/generate.ts` writes the committed files anew. expected-state.json is written by hand, on
// purpose.
if (import.meta.main) writeSamples(fileURLToPath(new URL('.', import.meta.url)));
