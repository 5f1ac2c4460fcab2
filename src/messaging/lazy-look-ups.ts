import { Once } from '../once.ts';
import type { LookUps } from './look-ups.ts';

/**
 * Look-ups in Dataverse that are loaded when something first needs them: an app that needs none pays nothing
 * for them.
 */
export class LazyLookUps {
  private readonly opened: Once<LookUps>;

  constructor(open: () => Promise<LookUps>) {
    this.opened = new Once(open);
  }

  get(): Promise<LookUps> {
    return this.opened.get();
  }

  async close(): Promise<void> {
    await (await this.opened.current())?.close();
  }
}
