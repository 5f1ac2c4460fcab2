import type { Mapping } from '../../src/dynamics/mapping.ts';
import type { RequiredColumns } from '../../src/dynamics/required-columns.ts';
import type { Component } from './component.ts';
import type { Environment, EventName, MessageIds } from './environment.ts';
import * as option from './options.ts';
import type { Designation, ServiceBusAccess } from './service-bus-access.ts';

/** What to register. */
export interface Wanted {
  readonly mapping: Mapping;
  /** Name of the service endpoint. */
  readonly name: string;
  readonly designation: Designation;
  /**
   * How Dataverse gets to the queue or topic; when absent, the address and the key that are registered stay.
   */
  readonly access?: ServiceBusAccess | undefined;
  /** Name of the queue or topic, which can be compared without knowing the key. */
  readonly path?: string | undefined;
}

/**
 * An image carries the columns that the event itself may lack: an Update has only those that changed, a
 * Delete has none.
 */
const IMAGES: Readonly<Record<EventName, readonly ('pre' | 'post')[]>> = {
  // Dataverse has no row before a Create, and none after a Delete.
  Create: ['post'],
  Update: ['pre', 'post'],
  Delete: ['pre'],
  // The columns may have got other values on the way: the row is read.
  Restore: [],
};

/** The request's parameter that an image is made from (Dataverse docs, register-plug-in). */
const IMAGE_SOURCE: Readonly<Record<EventName, string>> = {
  Create: 'Id',
  Update: 'Target',
  Delete: 'Target',
  Restore: 'Target',
};

function image(
  event: EventName,
  type: 'pre' | 'post',
  mapping: Mapping,
  columns: RequiredColumns,
): Component {
  const alias = mapping.images[type];
  return {
    kind: 'image',
    name: alias,
    columns: {
      name: alias,
      entityalias: alias,
      imagetype: option.IMAGE_TYPE[type],
      messagepropertyname: IMAGE_SOURCE[event],
      // Never all columns: above 192 KB Dataverse sends the message without its images.
      attributes: (type === 'pre' ? columns.preImage : columns.postImage).join(','),
    },
    initial: {},
    lookups: {},
    children: [],
  };
}

function step(
  event: EventName,
  { messageId, filterId }: MessageIds,
  { mapping, name }: Wanted,
  { columns }: Environment,
): Component {
  const stepName = `${name}: ${event} of ${mapping.table}`;
  return {
    kind: 'step',
    name: stepName,
    columns: {
      name: stepName,
      stage: option.STAGE_POST_OPERATION,
      // Service endpoints are for asynchronous steps: a synchronous post is not called back when the
      // transaction fails.
      mode: option.MODE_ASYNCHRONOUS,
      supporteddeployment: option.DEPLOYMENT_SERVER_ONLY,
      asyncautodelete: true,
      filteringattributes: event === 'Update' ? columns.filtering.join(',') : null,
    },
    initial: { rank: 1 },
    state: { statecode: option.STATE_ENABLED, statuscode: option.STATUS_ENABLED },
    lookups: {
      sdkmessageid: { entitySet: 'sdkmessages', id: messageId, name: event },
      sdkmessagefilterid: {
        entitySet: 'sdkmessagefilters',
        id: filterId,
        name: `${event} of ${mapping.table}`,
      },
    },
    children: IMAGES[event].map((type) => image(event, type, mapping, columns)),
  };
}

/** The whole registration as the mapping needs it: the endpoint, its steps, their images. */
export function desiredRegistration(wanted: Wanted, environment: Environment): Component {
  const { name, designation, access, path = access?.path } = wanted;
  return {
    kind: 'endpoint',
    name,
    columns: {
      name,
      contract: option.CONTRACT[designation],
      connectionmode: option.CONNECTION_MODE_NORMAL,
      messageformat: option.MESSAGE_FORMAT_JSON,
      messagecharset: option.MESSAGE_CHARSET_UTF8,
      userclaim: option.USER_CLAIM_NONE,
      ...(access && {
        authtype: option.AUTH_TYPE_SAS_KEY,
        namespaceformat: option.NAMESPACE_ADDRESS,
        namespaceaddress: access.address,
        saskeyname: access.keyName,
      }),
      ...(path !== undefined && { path }),
    },
    // Required by the table, unused beside an address.
    initial: access ? { solutionnamespace: access.namespace } : {},
    lookups: {},
    ...(access && { saskey: access.key }),
    children: [...environment.messages].map(([event, ids]) => step(event, ids, wanted, environment)),
  };
}
