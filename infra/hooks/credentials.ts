import {
  type AzureRest,
  findSecret,
  onceTheRoleWorks,
  putSecret,
  refreshReferences,
  type SecretState,
} from './azure-rest.ts';

/** COR's credentials by the names that resources.bicep gives them in the vault. */
const CREDENTIALS = [
  { name: 'cor-api-key', what: 'API key' },
  { name: 'cor-client-secret', what: 'client secret' },
] as const;

/** Where things are, as the outputs of the deployment say. */
export interface Place {
  readonly vaultUrl: string;
  readonly managementUrl: string;
  /** Resource id of the app. */
  readonly appId: string;
}

export interface Person {
  /** `undefined` where nobody is there to answer, or nothing was entered. */
  ask(question: string): Promise<string | undefined>;
  tell(line: string): void;
}

const UNTIL_A_ROLE_WORKS = { everyMs: 10_000, withinMs: 180_000 };

function whyRefused(state: SecretState): string {
  if (state.kind !== 'refused') return '';
  if (state.by === 'firewall')
    return 'the vault does not answer this address: run this inside the network, or name the address in vaultAllowedIps';
  if (state.by === 'role')
    return 'you lack the role Key Vault Secrets Officer on the vault, or it does not work yet';
  return `the vault answered ${state.status}`;
}

type Outcome = 'was there' | 'is new' | 'is missing' | 'is refused';

/** Asks for one credential and puts it into the vault, unless it is there. */
async function provide(
  rest: AzureRest,
  place: Place,
  person: Person,
  { name, what }: (typeof CREDENTIALS)[number],
  wait: typeof UNTIL_A_ROLE_WORKS,
): Promise<Outcome> {
  const state = await onceTheRoleWorks(() => findSecret(rest, place.vaultUrl, name), wait);
  if (state.kind === 'there') return 'was there';
  if (state.kind === 'refused') {
    person.tell(`The ${what} was not looked for: ${whyRefused(state)}.`);
    return 'is refused';
  }
  const value = await person.ask(
    `${what} from COR > Settings > Integrations > API (not shown, Enter for later): `,
  );
  if (value === undefined) return 'is missing';
  const put = await putSecret(rest, place.vaultUrl, name, value);
  if (put.kind === 'there') return 'is new';
  person.tell(`The ${what} was not stored: ${whyRefused(put)}.`);
  return 'is missing';
}

/**
 * Sees that the vault holds both of COR's credentials, asks for what is missing, and has the app read what is new. Gives the names of
 * those that are missing still; nothing fails because of them, the messages wait.
 */
export async function provideCredentials(
  rest: AzureRest,
  place: Place,
  person: Person,
  wait = UNTIL_A_ROLE_WORKS,
): Promise<string[]> {
  const missing: string[] = [];
  let changed = false;
  let refused = false;
  for (const credential of CREDENTIALS) {
    // What the vault refuses for one it refuses for the other, and waiting for a role takes minutes.
    const outcome: Outcome = refused ? 'is refused' : await provide(rest, place, person, credential, wait);
    refused = outcome === 'is refused';
    if (refused || outcome === 'is missing') missing.push(credential.name);
    if (outcome === 'is new') changed = true;
  }
  if (changed && !(await refreshReferences(rest, place.managementUrl, place.appId)))
    person.tell(
      'The app could not be told to read the vault again: it does so within 24 hours, or see docs/runbook.md.',
    );
  return missing;
}
