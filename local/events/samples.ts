import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

/** Prefix of the properties that Dataverse sets (ClaimTypes of its SDK). The forms of their values are not documented. */
const CLAIMS = 'http://schemas.microsoft.com/xrm/2011/Claims/';

interface Named {
  readonly MessageName?: string;
  readonly PrimaryEntityName?: string;
  readonly OrganizationName?: string;
  readonly UserId?: string;
  readonly InitiatingUserId?: string;
}

function parsed(body: Buffer): Named {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

function properties(body: Buffer, ending: string): Record<string, string | boolean> {
  const { MessageName, PrimaryEntityName, OrganizationName, UserId, InitiatingUserId } = parsed(body);
  const claims = {
    Organization: OrganizationName,
    User: UserId,
    InitiatingUser: InitiatingUserId,
    EntityLogicalName: PrimaryEntityName,
    RequestName: MessageName,
  };
  return Object.fromEntries([
    ...Object.entries(claims).flatMap(([name, value]) => (value ? [[`${CLAIMS}${name}`, value]] : [])),
    ...(ending === 'TruncatedMessage' ? [['MessageMaxSizeExceeded', true]] : []),
  ]);
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
    applicationProperties: properties(body, ending),
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
