// Values of Dataverse's choice columns (Dataverse docs, table reference ServiceEndpoint, SdkMessageProcessingStep and …StepImage).

/** `contract`: 6 is the Service Bus queue ("persistent queue"); 2 is its forerunner. */
export const CONTRACT = { queue: 2, persistentQueue: 6 } as const;
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
