import { brokenRule, Refusal } from './refusal.ts';
import { findTable, type Store, type StoredRow } from './store.ts';
import { attributeNames, type EntitySet } from './table.ts';

// Which steps and images Dataverse takes (Dataverse docs, register-plug-in and azure-integration).

const POST_OPERATION = 40;
const IMAGE = { pre: 0, post: 1, both: 2 };

/** The request's parameter that an image is made from; a message that is not here has none. */
const PARAMETER: Readonly<Record<string, string>> = {
  Create: 'Id',
  Update: 'Target',
  Delete: 'Target',
  SetState: 'EntityMoniker',
};

export const columnList = (value: unknown): string[] =>
  String(value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function messageOf(store: Store, step: StoredRow): { name: unknown; table: string | undefined } {
  const message = store.rows.sdkmessages.get(String(step._sdkmessageid_value));
  const filter = store.rows.sdkmessagefilters.get(String(step._sdkmessagefilterid_value));
  if (filter && filter._sdkmessageid_value !== step._sdkmessageid_value)
    throw brokenRule('The message filter belongs to another message than the step.');
  if (filter && filter.iscustomprocessingstepallowed !== true)
    throw brokenRule('Custom steps are not allowed for this message and table.');
  const table = filter?.primaryobjecttypecode;
  return { name: message?.name, table: typeof table === 'string' ? table : undefined };
}

function checkColumns(store: Store, table: string | undefined, list: unknown): void {
  const [, found] = (table !== undefined && findTable(store, table)) || [];
  const columns = found ? attributeNames(found) : [];
  const unknown = columnList(list).find((name) => !columns.includes(name));
  if (unknown !== undefined)
    throw new Refusal(
      400,
      '0x80041103',
      `'${table}' entity doesn't contain attribute with Name = '${unknown}'.`,
    );
}

function checkEndpoint(row: StoredRow): void {
  const isServiceBus = [1, 2, 3, 4, 5, 6].includes(Number(row.contract));
  if (!isServiceBus) return;
  if (row.namespaceformat === 2 && !/^sb:\/\/[^/]+\/?$/.test(String(row.namespaceaddress)))
    throw brokenRule('The namespace address of a Service Bus endpoint should look like sb://NAMESPACE/.');
  if (row.authtype === 2 && (!row.saskeyname || !row.saskey))
    throw brokenRule('The authentication by SAS key needs saskeyname and saskey.');
}

function checkStep(store: Store, step: StoredRow): void {
  if (step.mode !== 1) throw brokenRule('A step of a service endpoint must be asynchronous.');
  if (step.stage !== POST_OPERATION)
    throw brokenRule('An asynchronous step must be in stage 40, PostOperation.');
  const { name, table } = messageOf(store, step);
  if (name !== 'Update' && columnList(step.filteringattributes).length > 0)
    throw brokenRule(`Filtering attributes are not supported for the message ${name}.`);
  checkColumns(store, table, step.filteringattributes);
  if ((step.statecode === 0) !== (step.statuscode === 1))
    throw new Refusal(400, '0x80048408', `${step.statuscode} is not a valid status code for that state.`);
}

function checkImage(store: Store, id: string, image: StoredRow): void {
  const stepId = String(image._sdkmessageprocessingstepid_value);
  const step = store.rows.sdkmessageprocessingsteps.get(stepId) ?? {};
  const { name, table } = messageOf(store, step);
  if (name === 'Create' && image.imagetype !== IMAGE.post)
    throw brokenRule('PreImage is not supported for Create.');
  if (name === 'Delete' && image.imagetype !== IMAGE.pre)
    throw brokenRule('PostImage is not supported for Delete.');
  const expected = PARAMETER[String(name)];
  if (expected === undefined) throw brokenRule(`Images are not supported for the message ${name}.`);
  if (image.messagepropertyname !== expected)
    throw brokenRule(`Message property name '${image.messagepropertyname}' is not valid on message ${name}.`);
  checkColumns(store, table, image.attributes);
  for (const [other, { entityalias, _sdkmessageprocessingstepid_value }] of store.rows
    .sdkmessageprocessingstepimages)
    if (other !== id && _sdkmessageprocessingstepid_value === stepId && entityalias === image.entityalias)
      throw brokenRule(`The step has an image with the alias '${entityalias}' already.`);
}

/** Throws `Refusal` when the row may not be as it is. */
export function checkRow(store: Store, entitySet: EntitySet, id: string, row: StoredRow): void {
  if (entitySet === 'serviceendpoints') checkEndpoint(row);
  if (entitySet === 'sdkmessageprocessingsteps') checkStep(store, row);
  if (entitySet === 'sdkmessageprocessingstepimages') checkImage(store, id, row);
}

/**
 * Throws `Refusal` while other rows need this one. For steps with images this is stricter than the
 * documentation, which is silent.
 */
export function checkDeletion(store: Store, entitySet: EntitySet, id: string): void {
  const { sdkmessageprocessingsteps: steps, sdkmessageprocessingstepimages: images } = store.rows;
  const users =
    entitySet === 'serviceendpoints'
      ? [...steps.values()].filter((step) => step._eventhandler_value === id)
      : entitySet === 'sdkmessageprocessingsteps'
        ? [...images.values()].filter((image) => image._sdkmessageprocessingstepid_value === id)
        : [];
  if (users.length > 0)
    throw new Refusal(
      400,
      '0x8004f01f',
      `The component ${id} cannot be deleted because it is referenced by ${users.length} other components.`,
    );
}
