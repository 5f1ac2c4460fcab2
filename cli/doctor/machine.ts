import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { parseJson } from '../../src/json.ts';
import type { Session } from '../frame/session.ts';
import { type Finding, failed, ok, skipped, unsure } from './check.ts';

const MAX_WAIT_MS = 20_000;

/** What a program prints; `undefined` when it is not installed. Throws when it fails. */
async function outputOf(
  program: string,
  args: readonly string[],
  { shell }: Session,
): Promise<string | undefined> {
  try {
    const options = { timeout: MAX_WAIT_MS, env: { ...shell.environment } };
    return (await promisify(execFile)(program, [...args], options)).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function checkNode(): Finding {
  return ok('Node.js', process.versions.node);
}

const account = z.object({ name: z.string(), tenantId: z.string() });

/** The login that `--namespace`, the ledger by its address, and Dataverse use. */
export async function checkAz(session: Session): Promise<Finding> {
  const about = 'az login';
  try {
    const printed = await outputOf('az', ['account', 'show', '--output', 'json'], session);
    if (printed === undefined)
      return unsure(about, 'the Azure CLI is not installed', 'Install it, or use connection strings only.');
    const { name, tenantId } = account.parse(parseJson(printed));
    return ok(about, `subscription ${name}, tenant ${tenantId}`);
  } catch {
    return unsure(about, 'nobody is logged in', 'az login');
  }
}

/** Only deploying needs it. */
export async function checkAzd(session: Session): Promise<Finding> {
  const about = 'azd login';
  try {
    const printed = await outputOf('azd', ['auth', 'login', '--check-status', '--output', 'json'], session);
    if (printed === undefined) return skipped(about, 'azd is not installed; only deploying needs it');
    const status = parseJson(printed);
    if (z.object({ status: z.literal('success') }).safeParse(status).success) return ok(about, 'logged in');
  } catch {
    // Not logged in ends it with an error, too.
  }
  return unsure(about, 'nobody is logged in; only deploying needs it', 'azd auth login');
}

/**
 * Whether the secret of COR is in the vault that azd has made, and this login may see it. Its value is not
 * asked for.
 */
export async function checkVault(session: Session): Promise<Finding> {
  const about = 'vault';
  const { KEY_VAULT_NAME: vault, COR_SECRET_NAME: secret } = session.shell.environment;
  if (!vault || !secret)
    return skipped(about, 'KEY_VAULT_NAME and COR_SECRET_NAME are not set (azd env get-values)');
  try {
    const args = ['keyvault', 'secret', 'show', '--vault-name', vault, '--name', secret, '--query', 'id'];
    const printed = await outputOf('az', args, session);
    return printed === undefined
      ? skipped(about, 'the Azure CLI is not installed')
      : ok(about, `${vault}, secret ${secret}`);
  } catch {
    return failed(
      about,
      `${vault}: secret ${secret} is not there, or this login may not see it`,
      'Key Vault Secrets Officer on the vault; "Rotate the secret of COR" in docs/runbook.md puts it there.',
    );
  }
}

/** A proxy that is asked for 127.0.0.1 too makes the local stack wait for ever. */
export function checkProxy({ shell }: Session): Finding {
  const about = 'proxy';
  const of = (name: string) => shell.environment[name] || shell.environment[name.toLowerCase()];
  const proxy = of('HTTPS_PROXY') ?? of('HTTP_PROXY');
  if (!proxy) return ok(about, 'none');
  const host = URL.parse(proxy)?.host;
  if (!host)
    return failed(about, 'HTTPS_PROXY or HTTP_PROXY is no URL', 'Set it to a URL such as http://proxy:8080.');
  if (/(^|[,\s])(127\.0\.0\.1|localhost|\*)/.test(of('NO_PROXY') ?? '')) return ok(about, host);
  return unsure(about, `${host}, for this machine itself too`, 'export NO_PROXY=localhost,127.0.0.1');
}
