import type { Operator } from '../../src/dataverse/dataverse-error.ts';

/** Who registers, as error texts say it. */
export const OPERATOR: Operator = {
  urlSetting: '--org',
  role: 'a user (or application user) of the environment with the role System Customizer or System Administrator',
};
