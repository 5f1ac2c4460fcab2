import type { Designation } from './service-bus-access.ts';

// Values of Dataverse's choice columns (Dataverse docs, table reference ServiceEndpoint,
// SdkMessageProcessingStep and …StepImage).

/** `contract`: a Service Bus queue is the "persistent queue". */
export const CONTRACT: Readonly<Record<Designation, number>> = { queue: 6, topic: 5 };
/** Forerunner of the persistent queue: found in old registrations, and corrected. */
export const CONTRACT_LEGACY_QUEUE = 2;
export const CONNECTION_MODE_NORMAL = 1;
export const AUTH_TYPE_SAS_KEY = 2;
/** `namespaceformat`: the namespace is given by its address. */
export const NAMESPACE_ADDRESS = 2;
/** .NET binary is the default, which the connector cannot read. */
export const MESSAGE_FORMAT_JSON = 2;
export const MESSAGE_CHARSET_UTF8 = 1;
/** `userclaim`: nothing about the user beside the message. */
export const USER_CLAIM_NONE = 1;

export const STAGE_POST_OPERATION = 40;
export const MODE_ASYNCHRONOUS = 1;
export const DEPLOYMENT_SERVER_ONLY = 0;
export const STATE_ENABLED = 0;
export const STATUS_ENABLED = 1;

export const IMAGE_TYPE = { pre: 0, post: 1 } as const;

type Names = Readonly<Record<number, string>>;

/** What the values are called, by column; for people. */
const NAMES: Readonly<Record<string, Names>> = {
  contract: {
    1: 'One-Way',
    2: 'Queue, legacy',
    3: 'REST',
    4: 'Two-Way',
    5: 'Topic',
    6: 'Queue',
    7: 'Event Hub',
    8: 'Webhook',
    9: 'Event Grid',
  },
  connectionmode: { 1: 'Normal', 2: 'Federated' },
  authtype: {
    1: 'ACS',
    2: 'SAS Key',
    3: 'SAS Token',
    7: 'Connection String',
    8: 'Access Key',
    9: 'Managed Identity',
  },
  namespaceformat: { 1: 'Name', 2: 'Address' },
  messageformat: { 1: '.NET Binary', 2: 'JSON', 3: 'XML' },
  messagecharset: { 0: 'Default', 1: 'UTF-8', 2: 'Windows-1252' },
  userclaim: { 1: 'None', 2: 'UserId', 3: 'UserInfo' },
  stage: { 10: 'PreValidation', 20: 'PreOperation', 40: 'PostOperation' },
  mode: { 0: 'Synchronous', 1: 'Asynchronous' },
  supporteddeployment: { 0: 'Server', 1: 'Offline', 2: 'Both' },
  statecode: { 0: 'Enabled', 1: 'Disabled' },
  imagetype: { 0: 'Pre Image', 1: 'Post Image', 2: 'Both' },
};

/** `2 (JSON)`, where the column is a choice and the value has a name. */
export function optionText(column: string, value: unknown): string {
  const name = typeof value === 'number' ? NAMES[column]?.[value] : undefined;
  return name === undefined ? String(value) : `${value} (${name})`;
}
