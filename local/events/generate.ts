import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { corSeed } from './cast.ts';
import { story } from './story.ts';

// Writes messages/ and cor-seed.json anew: `node local/events/generate.ts`. expected-state.json is written by hand, on purpose.
const messages = new URL('./messages/', import.meta.url);
rmSync(messages, { recursive: true, force: true });
for (const [preset, files] of Object.entries(story())) {
  const folder = new URL(`${preset}/`, messages);
  mkdirSync(folder, { recursive: true });
  for (const { name, body } of files) writeFileSync(new URL(name, folder), body);
}
writeFileSync(new URL('./cor-seed.json', import.meta.url), `${JSON.stringify(corSeed(), null, 2)}\n`);
