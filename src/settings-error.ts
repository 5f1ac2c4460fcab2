/**
 * A setting is wrong or missing. The message names it and says what it should look like; values are never
 * repeated.
 */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
