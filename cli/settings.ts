import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readStackFile } from '../local/stack-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FILE = 'local.settings.json';

const localSettings = z.object({ Values: z.record(z.string(), z.string()) });

function fromFile(): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(FILE, 'utf8');
  } catch {
    return {};
  }
  try {
    return localSettings.parse(JSON.parse(text)).Values;
  } catch {
    throw new Error(`${FILE} should be {"Values": {"NAME": "text", …}}, as local.settings.sample.json is.`);
  }
}

/**
 * The settings that a command uses: those of the running local stack, else `local.settings.json` in this folder with the environment
 * on top, where the app itself finds them.
 */
export function commandSettings(options: { local: boolean; preset: string }): Environment {
  if (!options.local) return { ...fromFile(), ...process.env };
  const stack = readStackFile();
  const settings = stack[options.preset];
  if (!settings) {
    throw new Error(
      `The local stack has no preset "${options.preset}": use one of ${Object.keys(stack).join(', ')}.`,
    );
  }
  return settings;
}
