import type { Wanted } from './desired.ts';

/** What to do after a registration, to see that it works. */
export function nextSteps({ mapping, designation, path, access }: Wanted, origin: string): string {
  const name = path ?? access?.path;
  const target = name === undefined ? `the ${designation}` : `the ${designation} "${name}"`;
  return `Next: change a row of ${mapping.table} in Dynamics (rows that are there already are posted only when they change).
Its message reaches ${target} within seconds, at times minutes: see it in the Azure portal (Service Bus Explorer),
or, where the connector runs, in the connector's log.
If none comes, look for failed system jobs: Power Platform admin center > the environment > Settings > Audit and logs > System jobs, or
${origin}/api/data/v9.2/asyncoperations?$select=name,statuscode,message&$filter=operationtype eq 1 and statuscode eq 31`;
}
