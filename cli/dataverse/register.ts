import type { Row, WebApi } from '../../src/dataverse/web-api.ts';
import { type Component, STORAGE, title } from './component.ts';
import { type Difference, differences, KEY_COLUMN } from './differences.ts';
import { checkEndpoint } from './endpoint-check.ts';
import type { Planned } from './plan.ts';
import { RegistrationError } from './registration-error.ts';
import { CONNECTION_SETTING } from './service-bus-access.ts';

/** `done` is one sentence for each write. */
export type OnDone = (done: string) => void;

export interface RegisterOptions {
  readonly skipEndpointCheck?: boolean;
  /** What is worth saying and no write. */
  readonly onNote?: (note: string) => void;
  /** First pause between two looks at the system job of the endpoint check. */
  readonly pollMs?: number;
}

interface Parent {
  readonly entitySet: string;
  readonly id: string;
}

/** A key belongs to its policy and queue: when one of these changes, it has to be given again. */
const KEY_BELONGS_TO: ReadonlySet<string> = new Set(['authtype', 'namespaceaddress', 'path', 'saskeyname']);

const bind = (property: string | undefined, { entitySet, id }: Parent) => ({
  [`${property}@odata.bind`]: `/${entitySet}(${id})`,
});

function creation({ kind, columns, initial, lookups, saskey }: Component, parent: Parent | undefined): Row {
  const { parentProperty } = STORAGE[kind];
  const filled = Object.entries(columns).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(filled),
    ...initial,
    ...(saskey !== undefined && { saskey }),
    ...Object.assign({}, ...Object.entries(lookups).map(([property, lookup]) => bind(property, lookup))),
    ...(parent && bind(parentProperty, parent)),
  };
}

function correction(component: Component, found: readonly Difference[], parent?: Parent): Row {
  const { kind, columns, state, lookups, saskey } = component;
  const body: Record<string, unknown> = {};
  for (const { column } of found) {
    const lookup = lookups[column];
    if (lookup) Object.assign(body, bind(column, lookup));
    else if (column !== KEY_COLUMN) body[column] = { ...columns, ...state }[column];
    if (saskey !== undefined && (column === KEY_COLUMN || KEY_BELONGS_TO.has(column))) body.saskey = saskey;
  }
  // Some versions of Dataverse are said to check an image by the step in the payload, not by the stored one.
  if (kind === 'image' && parent) Object.assign(body, bind(STORAGE.image.parentProperty, parent));
  // The status says which kind of enabled or disabled: one is not valid without the other.
  if (state && ('statecode' in body || 'statuscode' in body)) Object.assign(body, state);
  return body;
}

async function make(api: WebApi, component: Component, parent: Parent | undefined): Promise<string> {
  const { entitySet, idColumn } = STORAGE[component.kind];
  const row = await api.create(entitySet, creation(component, parent));
  // A dry run has no row to refer to.
  if (row === undefined) return `ID OF ${component.name}`;
  const id = String(row[idColumn]);
  // Dataverse sets the state of a new step itself.
  const left = differences(component, { ...row, issaskeyset: true });
  if (left.length > 0) await api.update(`${entitySet}(${id})`, correction(component, left, parent));
  return id;
}

/** Writes one component, without what belongs to it. */
async function write(
  api: WebApi,
  { component, row, differences: found }: Planned,
  onDone: OnDone,
  parent?: Parent,
): Promise<Parent> {
  const { entitySet, idColumn } = STORAGE[component.kind];
  if (!row) {
    const id = await make(api, component, parent);
    onDone(`${title(component)} registered.`);
    return { entitySet, id };
  }
  const id = String(row[idColumn]);
  if (found.length > 0) {
    await api.update(`${entitySet}(${id})`, correction(component, found, parent));
    onDone(`${title(component)} corrected: ${found.map(({ column }) => column).join(', ')}.`);
  }
  return { entitySet, id };
}

/** Throws `RegistrationError` when Dataverse does not reach the queue. */
async function requireReachable(
  api: WebApi,
  id: string,
  { saskey: secret }: Component,
  { onNote, pollMs }: RegisterOptions,
): Promise<void> {
  const result = await checkEndpoint(api, id, { secret, pollMs });
  if (result.outcome === 'reached') onNote?.('Dataverse reaches the queue or topic.');
  if (result.outcome === 'unknown')
    onNote?.('Dataverse did not say whether it reaches the queue or topic: change a row, and see.');
  if (result.outcome !== 'failed') return;
  throw new RegistrationError(
    `Dataverse tried the service endpoint and failed: ${result.problem}\nIts steps were left as they are. Check ${CONNECTION_SETTING}, then run register --update-key. If the endpoint is right nevertheless: --skip-endpoint-check.`,
  );
}

async function writeChildren(api: WebApi, plan: Planned, onDone: OnDone, parent: Parent): Promise<void> {
  for (const child of plan.children)
    await writeChildren(api, child, onDone, await write(api, child, onDone, parent));
}

/**
 * Also when the endpoint is there already but lacks steps: the run that made it may have ended at the check.
 */
const needsCheck = ({ row, differences: found, children }: Planned): boolean =>
  row === undefined || found.length > 0 || children.some((step) => step.row === undefined);

/**
 * Writes what the plan says, parents first. Running it again is safe at any time: it begins with what is
 * there. Throws `DataverseError` or `RegistrationError`; what was written until then stays.
 */
export async function register(
  api: WebApi,
  plan: Planned,
  onDone: OnDone,
  options: RegisterOptions = {},
): Promise<void> {
  const endpoint = await write(api, plan, onDone);
  if (needsCheck(plan) && !options.skipEndpointCheck)
    await requireReachable(api, endpoint.id, plan.component, options);
  await writeChildren(api, plan, onDone, endpoint);
}

/** Throws `RegistrationError` when the plan cannot be carried out without the key of the queue. */
export function requireKey({ component, row, differences: found }: Planned): void {
  if (component.saskey !== undefined) return;
  const moves = found.some(({ column }) => KEY_BELONGS_TO.has(column));
  if (row && !moves) return;
  const why = row ? 'has to be moved to another queue or topic' : 'is not registered yet';
  throw new RegistrationError(
    `${title(component)} ${why}: set ${CONNECTION_SETTING} to the connection string of its policy with Send.`,
  );
}
