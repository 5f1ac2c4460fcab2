import { guidOf, USER } from '../events/cast.ts';
import { Refusal } from './refusal.ts';
import { type Store, tableOf } from './store.ts';
import type { EntitySet } from './table.ts';

type Right = 'Read' | 'Create' | 'Write' | 'Delete';

const forbidden = (code: string, message: string) => new Refusal(403, code, message);

/** A refusal whose body nobody has described: the server sends what the switch `undocumentedBody` says. */
export class UndocumentedRefusal extends Refusal {}

/** Dataverse docs, authenticate: the challenge names where to get a token, without quotes. */
export const unauthorized = (origin: string) =>
  new UndocumentedRefusal(401, '0x80072560', 'Unauthorized', {
    'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${guidOf('tenant')}/oauth2/authorize, resource_id=${origin}/`,
  });

/** Throws `Refusal` while the environment does not let the token's user in. */
export function checkUser({ switches }: Store): void {
  const { applicationUser, disabledUserStatus, administrationMode } = switches;
  if (applicationUser === 'missing')
    throw forbidden('0x80072560', 'The user is not a member of the organization.');
  if (applicationUser === 'disabled')
    throw new Refusal(disabledUserStatus, '0x80040225', 'The specified user is disabled.');
  if (applicationUser === 'barred')
    throw forbidden('0x80095ffc', 'The application is not allowed to access this environment.');
  if (administrationMode)
    throw new UndocumentedRefusal(403, '', 'The environment is in administration mode.');
}

function missing(privilege: string, logicalName: string): Refusal {
  return forbidden(
    '0x80040220',
    `Principal user (Id=${USER.id}, type=8, roleCount=1, privilegeCount=12, accessMode=4), is missing ${privilege} privilege (Id=${guidOf(privilege)}) on OTC=10000 for entity '${logicalName}' (LocalizedName='${logicalName}').`,
  );
}

/**
 * Throws `Refusal` when the user has no such privilege on the table, or on one of the tables that are
 * expanded.
 */
export function checkPrivileges(store: Store, right: Right, sets: readonly EntitySet[]): void {
  for (const entitySet of sets) {
    const { privilege, logicalName } = tableOf(store, entitySet);
    const name = `prv${right}${privilege}`;
    if (store.switches.missingPrivileges.includes(name)) throw missing(name, logicalName);
  }
}

/** Throws `Refusal` when a privilege that belongs to no table of rows is missing. */
export function checkPrivilege({ switches }: Store, name: string, entity: string): void {
  if (switches.missingPrivileges.includes(name)) throw missing(name, entity);
}

/** Throws `Refusal` for one row that is there, and that the user may not read. */
export function checkRowAccess({ switches }: Store, id: string): void {
  if (!switches.hiddenRows.includes(id.toLowerCase())) return;
  throw forbidden(
    '0x80048306',
    `SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: ${id}, OwnerId: ${USER.id}.`,
  );
}
