import type { Outcome, Scenario, Size } from './measurement.ts';

/** What one scenario came to, as its process tells the one that started it. */
export type ScenarioMessage = { readonly outcome: Outcome } | { readonly error: string };

const [, , name = '', size = 'full'] = process.argv;

// Whoever stops the benchmark stops this part of it, and with it all that it has started.
process.on('disconnect', () => process.exit());

async function run(): Promise<ScenarioMessage> {
  try {
    const { scenario } = (await import(`./scenarios/${name}.ts`)) as { scenario: Scenario };
    return { outcome: await scenario.run(size as Size) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const message = await run();
// Whatever a scenario has left open must not keep the next one waiting.
if (process.send) process.send(message, () => process.exit());
else {
  console.dir(message, { depth: null });
  process.exit();
}
