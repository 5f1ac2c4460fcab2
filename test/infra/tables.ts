/**
 * The columns of the tables that Application Insights writes into a workspace, as Azure Monitor's reference lists them
 * (MicrosoftDocs/azure-monitor-docs, articles/azure-monitor/reference/tables; of AppRequests only older lists are public as text).
 */
const COMMON = [
  'AppRoleInstance: string, AppRoleName: string, AppVersion: string, _BilledSize: real, ClientBrowser: string',
  'ClientCity: string, ClientCountryOrRegion: string, ClientIP: string, ClientModel: string, ClientOS: string',
  'ClientStateOrProvince: string, ClientType: string, IKey: string, _IsBillable: string, ItemCount: int',
  'Measurements: dynamic, OperationId: string, OperationName: string, ParentId: string, Properties: dynamic',
  'ResourceGUID: string, _ResourceId: string, SDKVersion: string, SessionId: string, SourceSystem: string',
  '_SubscriptionId: string, SyntheticSource: string, TenantId: string, TimeGenerated: datetime, Type: string',
  'UserAccountId: string, UserAuthenticatedId: string, UserId: string',
];

const REFERENCED = 'ReferencedItemId: string, ReferencedType: string';

const OWN = {
  AppTraces: ['Message: string, SeverityLevel: int', REFERENCED],
  AppRequests: [
    'DurationMs: real, Id: string, Name: string, ResultCode: string, Source: string, Success: bool, Url: string',
    REFERENCED,
  ],
  AppDependencies: [
    'Data: string, DependencyType: string, DurationMs: real, Id: string, Name: string, ResultCode: string',
    'Success: bool, Target: string',
    REFERENCED,
  ],
  AppExceptions: [
    'Assembly: string, Details: dynamic, ExceptionType: string, HandledAt: string, InnermostAssembly: string',
    'InnermostMessage: string, InnermostMethod: string, InnermostType: string, Message: string, Method: string',
    'OuterAssembly: string, OuterMessage: string, OuterMethod: string, OuterType: string, ProblemId: string',
    'SeverityLevel: int',
  ],
} as const;

/** Table name and its columns in KQL's own notation, `(name: type, …)`. */
export const TABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(OWN).map(([table, own]) => [table, `(${[...COMMON, ...own].join(', ')})`]),
);
