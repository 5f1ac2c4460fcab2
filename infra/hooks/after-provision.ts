import { z } from 'zod';
import { askHidden } from './ask-hidden.ts';
import { signedInRest } from './azure-rest.ts';
import { provideCredentials } from './credentials.ts';

/** Outputs of main.bicep, which azd puts into the environment of its hooks. */
const outputs = z.object({
  AZURE_SUBSCRIPTION_ID: z.string(),
  AZURE_RESOURCE_GROUP: z.string(),
  FUNCTION_APP_NAME: z.string(),
  FUNCTION_APP_HOST: z.string(),
  KEY_VAULT_NAME: z.string(),
  WORKBOOK_ID: z.string(),
});

function links(values: z.infer<typeof outputs>, group: string): string {
  const portal = (id: string) => `https://portal.azure.com/#resource${id}`;
  return `
Resource group   ${portal(group)}
Workbook         ${portal(`${values.WORKBOOK_ID}/workbook`)}
App              ${portal(`${group}/providers/Microsoft.Web/sites/${values.FUNCTION_APP_NAME}`)}
Health           https://${values.FUNCTION_APP_HOST}/api/health (after azd deploy)`;
}

async function main(): Promise<void> {
  const values = outputs.parse(process.env);
  const group = `/subscriptions/${values.AZURE_SUBSCRIPTION_ID}/resourceGroups/${values.AZURE_RESOURCE_GROUP}`;
  const place = {
    vaultUrl: `https://${values.KEY_VAULT_NAME}.vault.azure.net`,
    managementUrl: 'https://management.azure.com',
    appId: `${group}/providers/Microsoft.Web/sites/${values.FUNCTION_APP_NAME}`,
  };
  const missing = await provideCredentials(await signedInRest(), place, {
    ask: async (question) => (process.stdin.isTTY ? askHidden(question) : undefined),
    tell: console.log,
  });
  console.log(links(values, group));
  if (missing.length > 0)
    console.log(
      `\nNot in the vault yet: ${missing.join(', ')}. Until they are, messages wait: run azd hooks run postprovision, or see docs/deploy.md.`,
    );
}

try {
  await main();
} catch (error) {
  // The resources are there: what is left can be done again, so the deployment is not called failed.
  console.error(
    `COR's credentials were not looked after: ${error instanceof Error ? error.message : String(error)}`,
  );
  console.error('Run azd hooks run postprovision to try again, or see docs/deploy.md.');
}
