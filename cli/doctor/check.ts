/**
 * What a look at one thing has shown. `failed` keeps the connector or its commands from working; `unsure`
 * may, depending on what one wants to do; `skipped` was not looked at, `text` says why. `todo` is for the
 * person.
 */
export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'unsure' | 'failed' | 'skipped';
  readonly text: string;
  readonly todo?: string;
}

export const ok = (about: string, text: string): Finding => ({ about, state: 'ok', text });
export const skipped = (about: string, text: string): Finding => ({ about, state: 'skipped', text });
export const unsure = (about: string, text: string, todo: string): Finding => ({
  about,
  state: 'unsure',
  text,
  todo,
});
export const failed = (about: string, text: string, todo: string): Finding => ({
  about,
  state: 'failed',
  text,
  todo,
});
