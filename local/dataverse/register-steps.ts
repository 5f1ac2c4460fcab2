import { noSegment } from './refusal.ts';
import { createComponent } from './registration-rows.ts';
import type { RowMessage } from './row-event.ts';
import { findTable, type Store } from './store.ts';
import { attributeNames } from './table.ts';

/** Steps on one table that post to a queue; column lists as `requiredColumns` of a mapping gives them. */
export interface Steps {
  /** Logical name. */
  readonly table: string;
  /** Path of the service endpoint. */
  readonly queue: string;
  readonly preImage: readonly string[];
  readonly postImage: readonly string[];
  readonly filtering: readonly string[];
  /** Default: PreImage and PostImage. */
  readonly aliases?: { readonly pre: string; readonly post: string };
  /** Default: Create, Update, Delete. */
  readonly messages?: readonly RowMessage[];
}

const IMAGES: Readonly<Record<RowMessage, readonly ('pre' | 'post')[]>> = {
  Create: ['post'],
  Update: ['pre', 'post'],
  Delete: ['pre'],
  SetState: ['pre', 'post'],
  Restore: [],
};
const IMAGE_TYPE = { pre: 0, post: 1 } as const;
const PARAMETER = { Create: 'Id', Update: 'Target', Delete: 'Target', SetState: 'EntityMoniker' } as const;

function messageIds({ rows }: Store, message: RowMessage, table: string) {
  const [messageId] = [...rows.sdkmessages].find(([, { name }]) => name === message) ?? [];
  const [filterId] =
    [...rows.sdkmessagefilters].find(
      ([, filter]) => filter._sdkmessageid_value === messageId && filter.primaryobjecttypecode === table,
    ) ?? [];
  return { _sdkmessageid_value: messageId, _sdkmessagefilterid_value: filterId };
}

function endpointOf(store: Store, queue: string): unknown {
  const known = [...store.rows.serviceendpoints.values()].find(({ path }) => path === queue);
  const endpoint =
    known ??
    createComponent(store, 'serviceendpoints', {
      name: queue,
      contract: 6,
      connectionmode: 1,
      authtype: 2,
      namespaceformat: 2,
      namespaceaddress: 'sb://local.servicebus.windows.net/',
      solutionnamespace: 'local',
      path: queue,
      saskeyname: 'send',
      saskey: 'bm9uZQ==',
      messageformat: 2,
      messagecharset: 1,
      userclaim: 1,
    });
  return endpoint.serviceendpointid;
}

/**
 * Registers steps and images without the Web API, under the same rules; columns that the table does not have
 * are left out.
 */
export function registerSteps(store: Store, steps: Steps): void {
  const { table, queue, filtering, messages = ['Create', 'Update', 'Delete'] } = steps;
  const { aliases = { pre: 'PreImage', post: 'PostImage' } } = steps;
  const [, found] = findTable(store, table) ?? [];
  if (!found) throw noSegment(table);
  const existing = new Set(attributeNames(found));
  const listed = (columns: readonly string[]) => columns.filter((name) => existing.has(name)).join(',');
  for (const message of messages) {
    const { sdkmessageprocessingstepid } = createComponent(store, 'sdkmessageprocessingsteps', {
      name: `COR: ${message} of ${table}`,
      stage: 40,
      mode: 1,
      rank: 1,
      supporteddeployment: 0,
      asyncautodelete: true,
      filteringattributes: message === 'Update' ? listed(filtering) : null,
      statecode: 0,
      statuscode: 1,
      _eventhandler_value: endpointOf(store, queue),
      ...messageIds(store, message, table),
    });
    for (const when of IMAGES[message])
      createComponent(store, 'sdkmessageprocessingstepimages', {
        name: aliases[when],
        entityalias: aliases[when],
        imagetype: IMAGE_TYPE[when],
        messagepropertyname: message === 'Restore' ? null : PARAMETER[message],
        attributes: listed(when === 'pre' ? steps.preImage : steps.postImage),
        _sdkmessageprocessingstepid_value: sdkmessageprocessingstepid,
      });
  }
}
