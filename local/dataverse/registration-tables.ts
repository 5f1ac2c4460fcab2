import { choice, computed, secret, type Table, text, whole, yesNo } from './table.ts';

// The tables of a registration as Dataverse's table reference describes them: columns, types, choices,
// lengths, what is required.

export type RegistrationSet =
  | 'serviceendpoints'
  | 'sdkmessages'
  | 'sdkmessagefilters'
  | 'sdkmessageprocessingsteps'
  | 'sdkmessageprocessingstepimages'
  | 'asyncoperations';

type Described = Omit<Table, 'privilege' | 'hasEvents'>;

const TABLES: Readonly<Record<RegistrationSet, Described>> = {
  serviceendpoints: {
    logicalName: 'serviceendpoint',
    id: 'serviceendpointid',
    columns: {
      name: text(256),
      description: text(2000),
      contract: choice(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
      connectionmode: choice(1, 2),
      authtype: choice(1, 2, 3, 4, 5, 6, 7, 8, 9),
      authvalue: secret(2048),
      namespaceformat: choice(1, 2),
      namespaceaddress: text(255),
      solutionnamespace: text(160),
      path: text(160),
      saskeyname: text(256),
      saskey: secret(256),
      issaskeyset: computed,
      sastoken: secret(256),
      messageformat: choice(1, 2, 3),
      messagecharset: choice(0, 1, 2),
      userclaim: choice(1, 2, 3),
      url: text(2000),
    },
    lookups: {},
    required: ['name', 'contract', 'connectionmode', 'path', 'solutionnamespace', 'userclaim'],
    isWritable: true,
  },
  sdkmessageprocessingsteps: {
    logicalName: 'sdkmessageprocessingstep',
    id: 'sdkmessageprocessingstepid',
    columns: {
      name: text(256),
      description: text(256),
      configuration: text(1_073_741_823),
      stage: choice(5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 80, 90),
      mode: choice(0, 1),
      rank: whole,
      supporteddeployment: choice(0, 1, 2),
      asyncautodelete: yesNo,
      filteringattributes: text(100_000),
      statecode: choice(0, 1),
      statuscode: choice(1, 2),
    },
    lookups: {
      eventhandler_serviceendpoint: { column: '_eventhandler_value', entitySet: 'serviceendpoints' },
      sdkmessageid: { column: '_sdkmessageid_value', entitySet: 'sdkmessages' },
      sdkmessagefilterid: { column: '_sdkmessagefilterid_value', entitySet: 'sdkmessagefilters' },
    },
    required: [
      'name',
      'stage',
      'mode',
      'rank',
      'supporteddeployment',
      '_eventhandler_value',
      '_sdkmessageid_value',
    ],
    isWritable: true,
  },
  sdkmessageprocessingstepimages: {
    logicalName: 'sdkmessageprocessingstepimage',
    id: 'sdkmessageprocessingstepimageid',
    columns: {
      name: text(256),
      description: text(256),
      entityalias: text(256),
      imagetype: choice(0, 1, 2),
      messagepropertyname: text(256),
      attributes: text(100_000),
      relatedattributename: text(256),
    },
    lookups: {
      sdkmessageprocessingstepid: {
        column: '_sdkmessageprocessingstepid_value',
        entitySet: 'sdkmessageprocessingsteps',
      },
    },
    required: [
      'name',
      'entityalias',
      'imagetype',
      'messagepropertyname',
      '_sdkmessageprocessingstepid_value',
    ],
    isWritable: true,
  },
  sdkmessages: {
    logicalName: 'sdkmessage',
    id: 'sdkmessageid',
    columns: { name: text(256) },
    lookups: {},
    required: ['name'],
    isWritable: false,
  },
  asyncoperations: {
    logicalName: 'asyncoperation',
    id: 'asyncoperationid',
    columns: {
      name: text(256),
      messagename: text(160),
      operationtype: whole,
      statuscode: choice(0, 10, 20, 21, 22, 30, 31, 32),
      message: text(1_073_741_823),
      friendlymessage: text(100_000),
      createdon: text(30),
    },
    lookups: {},
    required: [],
    isWritable: false,
  },
  sdkmessagefilters: {
    logicalName: 'sdkmessagefilter',
    id: 'sdkmessagefilterid',
    columns: { primaryobjecttypecode: text(64), iscustomprocessingstepallowed: yesNo },
    lookups: { sdkmessageid: { column: '_sdkmessageid_value', entitySet: 'sdkmessages' } },
    required: [],
    isWritable: false,
  },
};

const PRIVILEGES: Readonly<Record<RegistrationSet, string>> = {
  serviceendpoints: 'ServiceEndpoint',
  sdkmessages: 'SdkMessage',
  sdkmessagefilters: 'SdkMessageFilter',
  sdkmessageprocessingsteps: 'SdkMessageProcessingStep',
  sdkmessageprocessingstepimages: 'SdkMessageProcessingStepImage',
  asyncoperations: 'AsyncOperation',
};

export const REGISTRATION_TABLES: readonly (readonly [RegistrationSet, Table])[] = (
  Object.keys(TABLES) as RegistrationSet[]
).map((entitySet) => [
  entitySet,
  { ...TABLES[entitySet], privilege: PRIVILEGES[entitySet], hasEvents: false },
]);
