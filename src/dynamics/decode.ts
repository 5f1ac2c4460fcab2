import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import { isObject, type JsonObject } from '../json.ts';
import { readJsonDate } from './dates.ts';
import { type Entity, readEntity } from './entity.ts';
import { claimedName, isName } from './event-name.ts';
import { AUTOMATIC_IMAGE, type ExecutionContext } from './execution-context.ts';
import { readGuid, ZERO_GUID } from './guid.ts';
import { readKeyed } from './keyed.ts';
import type { MessageEnvelope } from './message-envelope.ts';
import { parseBody } from './parse-body.ts';
import { readValue } from './value.ts';

export type Decoded = { readonly outcome: 'decoded'; readonly context: ExecutionContext } | DeadLetter;

const WHO_SENDS = 'Only Dataverse service endpoint steps should post to this queue';

const COLLECTIONS = ['InputParameters', 'PreEntityImages', 'PostEntityImages'];

function notContext(description: string): DeadLetter {
  return deadLetter('NotRemoteExecutionContext', description);
}

/** Says what a body is that is no execution context; `undefined` when it is one. */
function findForeign(json: JsonObject): DeadLetter | undefined {
  const { MessageName: message, PrimaryEntityName: table } = json;
  if (typeof json.BusinessEventId === 'string') {
    return notContext(
      `This is a Finance & Operations business event, not a Dataverse execution context. End its endpoint's use of this queue. ${WHO_SENDS}.`,
    );
  }
  if (
    isName(message) &&
    (message.startsWith('OnExternal') || (isName(table) && table.startsWith('mserp_')))
  ) {
    return notContext(
      `This is a Finance & Operations data event (virtual table), not a change of a Dataverse row. Remove the step that sends it here. ${WHO_SENDS}.`,
    );
  }
  const wrong: string[] = [];
  if (!isName(message)) wrong.push('/MessageName should be the name of a message');
  if (!isName(table)) wrong.push('/PrimaryEntityName should be the logical name of a table');
  if (!readGuid(json.PrimaryEntityId)) wrong.push('/PrimaryEntityId should be a GUID');
  for (const member of COLLECTIONS)
    if (!Array.isArray(json[member] ?? [])) wrong.push(`/${member} should be a list`);
  if (wrong.length === 0) return undefined;
  return notContext(`This JSON is no execution context: ${wrong.join(', ')}. ${WHO_SENDS}.`);
}

const isEmpty = (collection: unknown): boolean => !Array.isArray(collection) || collection.length === 0;

/**
 * Over 192 KB Dataverse drops parameters and images, and says so in a property (Dataverse docs,
 * azure-integration).
 */
function isMarkedTruncated(properties: Readonly<Record<string, unknown>>): boolean {
  // The Functions library for Node lower-cases the first letter of every key.
  const marker = properties.MessageMaxSizeExceeded ?? properties.messageMaxSizeExceeded ?? false;
  return typeof marker === 'string' ? marker.toLowerCase() !== 'false' : marker !== false;
}

/** "Some operations do not include these properties": without the marker it shows by what is missing. */
function lacksEverything(json: JsonObject): boolean {
  // Other messages, such as the one by which Dataverse tries a service endpoint, may have nothing to carry.
  if (!['Create', 'Update', 'Delete'].includes(String(json.MessageName))) return false;
  return isEmpty(json.InputParameters) && isEmpty(json.PreEntityImages) && isEmpty(json.PostEntityImages);
}

/** What a truncated body does not say of itself, the properties may. */
function named(json: JsonObject, properties: Readonly<Record<string, unknown>>): JsonObject {
  const { message, table } = claimedName(properties);
  return {
    ...json,
    MessageName: json.MessageName ?? message,
    PrimaryEntityName: json.PrimaryEntityName ?? table,
    PrimaryEntityId: json.PrimaryEntityId ?? ZERO_GUID,
  };
}

function readImages(collection: unknown): Map<string, Entity> {
  const images = new Map<string, Entity>();
  for (const [alias, raw] of readKeyed(collection)) {
    const entity = alias === AUTOMATIC_IMAGE ? undefined : readEntity(raw);
    if (entity) images.set(alias, entity);
  }
  return images;
}

function readTarget(inputParameters: unknown): ExecutionContext['target'] {
  const target = readValue(readKeyed(inputParameters).get('Target'));
  return target.kind === 'entity' || target.kind === 'entityReference' ? target : undefined;
}

function readOperationCreatedOn(value: unknown): number | undefined {
  const date = typeof value === 'string' ? readJsonDate(value) : undefined;
  // With another offset the milliseconds contradict .NET's own rule: in captured messages UTC is ms + offset.
  return date && /^([+-]0000)?$/.test(date.offset ?? '') ? date.ms : undefined;
}

/**
 * Only the members that hold something: absent ones stay absent. A plain loop: lists of entries take ten
 * times as long.
 */
function defined<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  const kept: Partial<T> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept as T;
}

function readContext(json: JsonObject): ExecutionContext {
  const integer = (value: unknown) => (Number.isSafeInteger(value) ? (value as number) : undefined);
  const target = readTarget(json.InputParameters);
  const primaryEntityId = readGuid(json.PrimaryEntityId) ?? ZERO_GUID;
  const organization = json.OrganizationName;
  return defined<ExecutionContext>({
    messageName: String(json.MessageName),
    primaryEntityName: String(json.PrimaryEntityName),
    primaryEntityId: primaryEntityId === ZERO_GUID ? (target?.id ?? ZERO_GUID) : primaryEntityId,
    correlationId: readGuid(json.CorrelationId),
    requestId: readGuid(json.RequestId),
    operationId: readGuid(json.OperationId),
    organizationId: readGuid(json.OrganizationId),
    organizationName: isName(organization) ? organization : undefined,
    depth: integer(json.Depth),
    stage: integer(json.Stage),
    mode: integer(json.Mode),
    operationCreatedOn: readOperationCreatedOn(json.OperationCreatedOn),
    target,
    preImages: readImages(json.PreEntityImages),
    postImages: readImages(json.PostEntityImages),
  });
}

/**
 * From the bytes of a message to Dataverse's execution context, or the dead letter that says what is wrong
 * with them. Pure; never throws. Checked by hand and not by a schema, because this is done for every message:
 * it costs little beside `JSON.parse` itself.
 */
export function decode(body: Uint8Array, envelope: MessageEnvelope): Decoded {
  const parsed = parseBody(body, envelope);
  if (parsed.outcome === 'deadLetter') return parsed;
  if (!isObject(parsed.json)) {
    return notContext(
      `The body is JSON, but ${Array.isArray(parsed.json) ? 'a list' : `a ${typeof parsed.json}`} and no execution context. ${WHO_SENDS}.`,
    );
  }
  const properties = envelope.applicationProperties ?? {};
  const isMarked = isMarkedTruncated(properties);
  const json = isMarked ? named(parsed.json, properties) : parsed.json;
  const foreign = findForeign(json);
  if (foreign) return foreign;
  const truncated = isMarked || lacksEverything(json);
  return { outcome: 'decoded', context: { ...readContext(json), ...(truncated && { truncated }) } };
}
