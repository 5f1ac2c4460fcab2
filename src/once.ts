/**
 * Something that takes a while to get, got when it is first needed: once, however many wait for it. A failure
 * is told to those who wait and then forgotten, or it would be every later caller's answer.
 */
export class Once<Value> {
  private readonly ask: () => Promise<Value>;
  private asked: Promise<Value> | undefined;

  constructor(ask: () => Promise<Value>) {
    this.ask = ask;
  }

  get(): Promise<Value> {
    this.asked ??= this.first();
    return this.asked;
  }

  /** What is there or on its way, if anything is. Never rejects. */
  async current(): Promise<Value | undefined> {
    return this.asked?.catch(() => undefined);
  }

  private first(): Promise<Value> {
    // What is thrown at once is forgotten after `get` has kept it, too.
    const asking = (async () => this.ask())();
    return asking.catch((error: unknown) => {
      this.asked = undefined;
      throw error;
    });
  }
}
