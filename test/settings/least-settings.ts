import { expect } from 'vitest';
import { readSettings, SettingsError } from '../../src/settings.ts';

export type Environment = Record<string, string | undefined>;

/** As few settings as will do. */
export const LEAST: Environment = {
  ServiceBusConnection: 'Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=not-to-be-shown',
  ServiceBusQueueName: 'assignments',
  COR_API_KEY: 'key-not-to-be-shown',
  COR_CLIENT_SECRET: 'secret-not-to-be-shown',
  AzureWebJobsStorage: 'AccountName=a;AccountKey=not-to-be-shown==',
};

/** The one line of the error, as a list. */
export function problemsOf(more: Environment): string {
  try {
    readSettings({ ...LEAST, ...more });
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    const line = (error as Error).message;
    // The host's log would keep only those lines of several that have the word "error" in them.
    expect(line).not.toContain('\n');
    return line.replace(/(?<=nothing was started\.) | \| /g, '\n  - ');
  }
  throw new Error('The settings were taken.');
}
