import type { LookUps } from './look-ups.ts';

/** Look-ups in Dataverse that are loaded when something first needs them: an app that needs none pays nothing for them. */
export class LazyLookUps {
  private readonly open: () => Promise<LookUps>;
  private opened: Promise<LookUps> | undefined;

  constructor(open: () => Promise<LookUps>) {
    this.open = open;
  }

  get(): Promise<LookUps> {
    this.opened ??= this.open();
    return this.opened;
  }

  async close(): Promise<void> {
    await (await this.opened)?.close();
  }
}
