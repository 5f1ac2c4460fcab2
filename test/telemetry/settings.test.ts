import { describe, expect, it } from 'vitest';
import { readTelemetrySettings } from '../../src/telemetry/settings.ts';

const KEY = 'InstrumentationKey=0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0';
const PORTAL = `${KEY};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://westeurope.livediagnostics.monitor.azure.com/;ApplicationId=11111111-2222-4333-8444-555555555555`;

const read = (connectionString: string, more: Record<string, string> = {}) =>
  readTelemetrySettings({ APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString, ...more });

describe('the connection string', () => {
  it.each([
    {},
    { APPLICATIONINSIGHTS_CONNECTION_STRING: '' },
    { APPLICATIONINSIGHTS_CONNECTION_STRING: ' ' },
  ])('as %j leaves telemetry off', (environment) =>
    expect(readTelemetrySettings(environment)).toEqual({ kind: 'off' }),
  );

  it.each([
    ['of the portal', PORTAL],
    ['with a trailing semicolon', `${PORTAL};`],
    ['with white space and capitals', ` ${PORTAL.toUpperCase().replaceAll(';', ' ; ')}`],
  ])('%s turns it on', (_, connectionString) => {
    const settings = read(connectionString);
    expect(settings).toMatchObject({
      kind: 'on',
      samplingRatio: 1,
      roleName: 'dynamics-to-cor',
      warnings: [],
    });
    expect(settings).toHaveProperty(
      'connectionString',
      expect.stringContaining('instrumentationkey=0f1e2d3c-'),
    );
    expect(settings).not.toHaveProperty('identity');
  });

  it.each([
    ['0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0', 'should be Key=Value pairs'],
    ['InstrumentationKey=', 'should be Key=Value pairs'],
    ['InstrumentationKey=secret', 'should hold InstrumentationKey=<GUID>'],
    ['IngestionEndpoint=https://secret.example/', 'should hold InstrumentationKey=<GUID>'],
    [`${KEY};IngestionEndpoint=secret`, 'IngestionEndpoint should be an https URL'],
    [`${KEY};IngestionEndpoint=http://127.0.0.1/`, 'IngestionEndpoint should be an https URL'],
  ])('%j is refused with the reason, and is not repeated', (connectionString, reason) => {
    const settings = read(connectionString);
    expect(settings).toEqual({ kind: 'unusable', problem: expect.stringContaining(reason) });
    expect(JSON.stringify(settings)).not.toMatch(/secret|0f1e2d3c/);
  });
});

describe('the authentication string', () => {
  const identity = (value: string) => read(PORTAL, { APPLICATIONINSIGHTS_AUTHENTICATION_STRING: value });

  it('names the user-assigned identity, or none for the system-assigned one', () => {
    expect(identity('ClientId=abc;Authorization=AAD')).toMatchObject({
      identity: { clientId: 'abc' },
      warnings: [],
    });
    expect(identity('Authorization=AAD')).toHaveProperty('identity', {});
    expect(identity('')).not.toHaveProperty('identity');
  });

  it.each(['ClientId=abc', 'AAD', 'Authorization=Key;ClientId=abc'])(
    '%j is ignored with a warning',
    (value) => {
      const settings = identity(value);
      expect(settings).not.toHaveProperty('identity');
      expect(settings).toHaveProperty('warnings', [
        expect.stringContaining('APPLICATIONINSIGHTS_AUTHENTICATION_STRING'),
      ]);
    },
  );
});

describe('the sampler', () => {
  const sampled = (sampler: string, argument = '') =>
    read(PORTAL, { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument });

  it.each([
    ['microsoft.fixed_percentage', '0.25', 0.25],
    ['microsoft.fixed_percentage', '0', 0],
    ['microsoft.fixed_percentage', '', 1],
    ['always_on', '0.25', 1],
    ['', '0.25', 1],
  ])('%j with %j keeps a share of %d', (sampler, argument, samplingRatio) => {
    expect(sampled(sampler, argument)).toMatchObject({ samplingRatio, warnings: [] });
  });

  it.each([
    ['traceidratio', '0.25', 'OTEL_TRACES_SAMPLER:'],
    ['microsoft.fixed_percentage', '25', 'OTEL_TRACES_SAMPLER_ARG:'],
    ['microsoft.fixed_percentage', 'half', 'OTEL_TRACES_SAMPLER_ARG:'],
  ])('%j with %j keeps everything and warns', (sampler, argument, warning) => {
    expect(sampled(sampler, argument)).toMatchObject({
      samplingRatio: 1,
      warnings: [expect.stringContaining(warning)],
    });
  });
});

it('the role is the name of the app', () => {
  expect(read(PORTAL, { WEBSITE_SITE_NAME: 'func-cor' })).toHaveProperty('roleName', 'func-cor');
});
