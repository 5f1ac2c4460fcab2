import { GUID } from '../external-id.ts';
import { readPairs } from '../key-value-pairs.ts';
import type { Environment } from '../settings.ts';

/** What the environment says about telemetry. `warnings`: settings that are ignored, and why. */
export type TelemetrySettings =
  | { readonly kind: 'off' }
  | { readonly kind: 'unusable'; readonly problem: string }
  | {
      readonly kind: 'on';
      readonly connectionString: string;
      /**
       * Send with a Microsoft Entra identity. Without it the instrumentation key is all that Application
       * Insights asks for.
       */
      readonly identity?: { readonly clientId?: string };
      /** Share of the traces to keep, 0 to 1. */
      readonly samplingRatio: number;
      readonly roleName: string;
      readonly warnings: readonly string[];
    };

const FIXED_PERCENTAGE = 'microsoft.fixed_percentage';

/** Says what is wrong, without repeating the value. */
function problemOf(pairs: Map<string, string> | undefined): string | undefined {
  if (!pairs) return 'should be Key=Value pairs with semicolons between them';
  if (!GUID.test(pairs.get('instrumentationkey') ?? '')) return 'should hold InstrumentationKey=<GUID>';
  const endpoint = pairs.get('ingestionendpoint');
  if (endpoint !== undefined && URL.parse(endpoint)?.protocol !== 'https:')
    return 'IngestionEndpoint should be an https URL';
  return undefined;
}

function readIdentity(value: string, warnings: string[]): { clientId?: string } | undefined {
  const pairs = readPairs(value);
  if (pairs?.get('authorization')?.toUpperCase() !== 'AAD') {
    warnings.push('APPLICATIONINSIGHTS_AUTHENTICATION_STRING: should be Authorization=AAD[;ClientId=<id>]');
    return undefined;
  }
  const clientId = pairs.get('clientid');
  return clientId === undefined ? {} : { clientId };
}

function readSamplingRatio(sampler: string, argument: string, warnings: string[]): number {
  if (sampler === '' || sampler === 'always_on') return 1;
  if (sampler !== FIXED_PERCENTAGE) {
    warnings.push(`OTEL_TRACES_SAMPLER: only ${FIXED_PERCENTAGE} is known, so every trace is kept`);
    return 1;
  }
  const ratio = argument === '' ? 1 : Number(argument);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warnings.push('OTEL_TRACES_SAMPLER_ARG: should be a number from 0 to 1, so every trace is kept');
  return 1;
}

/**
 * Reads the settings that Azure's portal and templates give to a Functions app. An empty one is as good as
 * none. Never throws.
 */
export function readTelemetrySettings(environment: Environment): TelemetrySettings {
  const {
    APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString = '',
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: authentication = '',
    OTEL_TRACES_SAMPLER: sampler = '',
    OTEL_TRACES_SAMPLER_ARG: samplerArgument = '',
    WEBSITE_SITE_NAME: siteName = '',
  } = environment;
  if (connectionString.trim() === '') return { kind: 'off' };
  const pairs = readPairs(connectionString);
  const problem = problemOf(pairs);
  if (!pairs || problem !== undefined)
    return { kind: 'unusable', problem: `APPLICATIONINSIGHTS_CONNECTION_STRING ${problem}` };
  const warnings: string[] = [];
  const identity = authentication.trim() === '' ? undefined : readIdentity(authentication.trim(), warnings);
  return {
    kind: 'on',
    // The exporter gives up on a string with an empty part, and takes no capitals in the key.
    connectionString: [...pairs]
      .map(([key, value]) => `${key}=${key === 'instrumentationkey' ? value.toLowerCase() : value}`)
      .join(';'),
    ...(identity && { identity }),
    samplingRatio: readSamplingRatio(sampler.trim(), samplerArgument.trim(), warnings),
    roleName: siteName.trim() || 'dynamics-to-cor',
    warnings,
  };
}
