import {
  type Column,
  choice,
  date,
  decimal,
  type EntitySet,
  guid,
  type Lookup,
  lookup,
  type Table,
  text,
  whole,
  yesNo,
} from './table.ts';

// Tables of Project Operations, Project Service Automation and what they refer to, with the columns that the
// presets, look-ups and a curious person need (CDM, Customer Engagement's entity reference). The behaviour of
// msdyn_start and msdyn_finish is in no public source: what stands here can be replaced when the local
// Dataverse is started.

const TEXT = text(200);
const instant: Column = date('UserLocal', 'DateAndTime');
/** UserLocal too: the writer's local midnight, so east of UTC the UTC day before. */
const dayOfPsa: Column = date('UserLocal', 'DateOnly');
const setByPlatform: Column = {
  type: 'dateTime',
  behavior: 'UserLocal',
  format: 'DateAndTime',
  readOnly: true,
};

const EVERY_ROW: Readonly<Record<string, Column>> = {
  createdon: setByPlatform,
  modifiedon: setByPlatform,
  versionnumber: { type: 'bigInt', readOnly: true },
};
const state = (...statuses: number[]): Readonly<Record<string, Column>> => ({
  statecode: { type: 'choice', values: [0, 1], is: 'State' },
  statuscode: { type: 'choice', values: statuses, is: 'Status' },
});
const OWNER: Readonly<Record<string, Lookup>> = {
  ownerid: lookup('ownerid', 'systemusers'),
  createdby: { ...lookup('createdby', 'systemusers'), readOnly: true },
  modifiedby: { ...lookup('modifiedby', 'systemusers'), readOnly: true },
};

/** Only tables with a state have an owner here: systemuser has neither. */
function described(
  logicalName: string,
  more: Partial<Table> & Pick<Table, 'columns' | 'primaryName' | 'privilege'>,
): Table {
  const hasState = 'statecode' in more.columns;
  return {
    logicalName,
    id: `${logicalName}id`,
    required: [],
    isWritable: true,
    hasEvents: true,
    ...more,
    columns: { ...more.columns, ...EVERY_ROW },
    lookups: { ...more.lookups, ...(hasState && OWNER) },
  };
}

export const DATA_TABLES: readonly (readonly [EntitySet, Table])[] = [
  [
    'msdyn_resourceassignments',
    described('msdyn_resourceassignment', {
      privilege: 'msdyn_resourceassignment',
      primaryName: 'msdyn_name',
      columns: {
        msdyn_name: TEXT,
        msdyn_effort: decimal,
        msdyn_effortcompleted: decimal,
        msdyn_effortremaining: decimal,
        msdyn_start: instant,
        msdyn_finish: instant,
        msdyn_hours: decimal,
        msdyn_fromdate: dayOfPsa,
        msdyn_todate: dayOfPsa,
        msdyn_plannedwork: text(1_048_576),
        msdyn_committype: choice(192_350_000, 192_350_001, 192_350_002, 192_350_003, 192_350_004),
        ...state(1, 2),
      },
      lookups: {
        msdyn_bookableresourceid: lookup('msdyn_bookableresourceid', 'bookableresources'),
        msdyn_projectid: lookup('msdyn_projectid', 'msdyn_projects'),
        msdyn_projectteamid: lookup('msdyn_projectteamid', 'msdyn_projectteams'),
        msdyn_taskid: lookup('msdyn_taskid', 'msdyn_projecttasks'),
        msdyn_userresourceid: lookup('msdyn_userresourceid', 'systemusers'),
      },
    }),
  ],
  [
    'msdyn_projectteams',
    described('msdyn_projectteam', {
      privilege: 'msdyn_projectteam',
      primaryName: 'msdyn_name',
      columns: {
        msdyn_name: TEXT,
        msdyn_allocationmethod: choice(192_350_000, 192_350_001, 192_350_003, 192_350_004, 192_350_005),
        msdyn_percentage: decimal,
        msdyn_requiredhours: decimal,
        msdyn_hours: decimal,
        msdyn_effort: decimal,
        msdyn_start: instant,
        msdyn_finish: instant,
        msdyn_from: dayOfPsa,
        msdyn_to: dayOfPsa,
        ...state(1, 2),
      },
      lookups: {
        msdyn_bookableresourceid: lookup('msdyn_bookableresourceid', 'bookableresources'),
        msdyn_project: lookup('msdyn_project', 'msdyn_projects'),
        msdyn_resourcerequirementid: lookup('msdyn_resourcerequirementid', 'msdyn_resourcerequirements'),
      },
    }),
  ],
  [
    'msdyn_projects',
    described('msdyn_project', {
      privilege: 'msdyn_project',
      primaryName: 'msdyn_subject',
      required: ['msdyn_subject'],
      columns: {
        msdyn_subject: TEXT,
        msdyn_projectnumber: text(100),
        msdyn_istemplate: yesNo,
        msdyn_hoursperday: decimal,
        ...state(1, 2, 192_350_000),
      },
      lookups: { msdyn_projectmanager: lookup('msdyn_projectmanager', 'systemusers') },
    }),
  ],
  [
    'msdyn_projecttasks',
    described('msdyn_projecttask', {
      privilege: 'msdyn_projecttask',
      primaryName: 'msdyn_subject',
      columns: { msdyn_subject: text(450), ...state(1, 2) },
      lookups: { msdyn_project: lookup('msdyn_project', 'msdyn_projects') },
    }),
  ],
  [
    'msdyn_resourcerequirements',
    described('msdyn_resourcerequirement', {
      privilege: 'msdyn_resourcerequirement',
      primaryName: 'msdyn_name',
      columns: { msdyn_name: TEXT, ...state(1, 2) },
    }),
  ],
  [
    'bookableresources',
    described('bookableresource', {
      privilege: 'BookableResource',
      primaryName: 'name',
      required: ['name', 'resourcetype'],
      columns: {
        name: text(100),
        resourcetype: choice(1, 2, 3, 4, 5, 6, 7, 8),
        timezone: whole,
        msdyn_primaryemail: text(100),
        msdyn_isgenericresourceprojectscoped: yesNo,
        ...state(1, 2),
      },
      lookups: {
        UserId: lookup('userid', 'systemusers'),
        ContactId: lookup('contactid', 'contacts'),
        AccountId: lookup('accountid', 'accounts'),
      },
    }),
  ],
  [
    'systemusers',
    described('systemuser', {
      privilege: 'User',
      primaryName: 'fullname',
      required: ['domainname'],
      alwaysRead: ['ownerid'],
      columns: {
        fullname: text(200),
        domainname: text(1024),
        internalemailaddress: text(100),
        employeeid: text(100),
        azureactivedirectoryobjectid: guid,
        applicationid: guid,
        ownerid: guid,
        isdisabled: yesNo,
        accessmode: choice(0, 1, 2, 3, 4, 5),
      },
    }),
  ],
  [
    'contacts',
    described('contact', {
      privilege: 'Contact',
      primaryName: 'fullname',
      columns: {
        fullname: text(160),
        emailaddress1: text(100),
        employeeid: text(50),
        externaluseridentifier: text(50),
        ...state(1, 2),
      },
    }),
  ],
  [
    'accounts',
    described('account', {
      privilege: 'Account',
      primaryName: 'name',
      columns: { name: text(160), ...state(1, 2) },
    }),
  ],
];
