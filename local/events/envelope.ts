/**
 * Prefix of the properties that Dataverse sets (ClaimTypes of its SDK). The forms of their values are not
 * documented.
 */
const CLAIMS = 'http://schemas.microsoft.com/xrm/2011/Claims/';

/** Members of an execution context that its message repeats as properties. */
export interface Named {
  readonly MessageName?: string;
  readonly PrimaryEntityName?: string;
  readonly OrganizationName?: string;
  readonly UserId?: string;
  readonly InitiatingUserId?: string;
}

/** The application properties with which Dataverse would post an execution context. */
export function claims(context: Named, isTruncated: boolean): Record<string, string | boolean> {
  const named = {
    Organization: context.OrganizationName,
    User: context.UserId,
    InitiatingUser: context.InitiatingUserId,
    EntityLogicalName: context.PrimaryEntityName,
    RequestName: context.MessageName,
  };
  return Object.fromEntries([
    ...Object.entries(named).flatMap(([name, value]) => (value ? [[`${CLAIMS}${name}`, value]] : [])),
    ...(isTruncated ? [['MessageMaxSizeExceeded', true]] : []),
  ]);
}
