import type { WebApi } from '../../src/dataverse/web-api.ts';
import { desiredRegistration, type Wanted } from './desired.ts';
import { readEnvironment } from './environment.ts';
import { type Planned, planRegistration } from './plan.ts';
import { readRegistered } from './registered.ts';

/**
 * Asks the environment what it has, and compares it with what is wanted. Throws `DataverseError` or
 * `RegistrationError`.
 */
export async function readPlan(api: WebApi, wanted: Wanted, updateKey = false): Promise<Planned> {
  await api.get('WhoAmI');
  const environment = await readEnvironment(api, wanted.mapping);
  const registered = await readRegistered(api, wanted.name, wanted.designation);
  return planRegistration(desiredRegistration(wanted, environment), registered, updateKey);
}
