import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { claims, type Named } from './envelope.ts';

/** A sample message of `messages/`, with the envelope in which Dataverse would post it. */
export interface Sample {
  /** The mapping preset that it is for: the folder's name. */
  readonly preset: string;
  /** Absolute path. */
  readonly file: string;
  /** File name without ending: `01-create-assignment`. */
  readonly name: string;
  /** How the connector must end it: `succeeded`, `skipped`, or the reason of its dead letter. */
  readonly ending: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly applicationProperties: Readonly<Record<string, string | boolean>>;
  readonly messageId: string;
}

const MESSAGES = fileURLToPath(new URL('./messages/', import.meta.url));
const PRESETS = ['resource-assignment', 'project-team'];
const FILE_NAME = /^(\d\d-[\w-]+)\.(\w+)\.(json|bin)$/;

function parsed(body: Buffer): Named {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

function sample(preset: string, fileName: string): Sample {
  const [, name = '', ending = '', extension] = FILE_NAME.exec(fileName) ?? [];
  if (!name) throw new Error(`${fileName} should be named NN-what-it-is.<ending>.json or .bin`);
  const file = `${MESSAGES}${preset}/${fileName}`;
  const body = readFileSync(file);
  return {
    preset,
    file,
    name,
    ending,
    body,
    contentType: extension === 'bin' ? 'application/msbin1' : 'application/json',
    applicationProperties: claims(parsed(body), ending === 'TruncatedMessage'),
    messageId: name,
  };
}

/** All samples: preset by preset, in the order in which they are to be played. */
export function listSamples(): Sample[] {
  return PRESETS.flatMap((preset) =>
    readdirSync(`${MESSAGES}${preset}`)
      .sort()
      .map((fileName) => sample(preset, fileName)),
  );
}
