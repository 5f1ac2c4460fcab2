import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';
import { buildApp } from '../../local/host/build-app.ts';
import { type Line, startTestStack, type TestStack, type TestStackOptions } from '../test-stack.ts';

/** How a message left its queue for good, by sequence number. */
type Departures = ReadonlyMap<number, 'completed' | 'deadLettered' | 'expired' | 'cancelled'>;

export interface FailingSystem extends TestStack {
  readonly departures: Departures;
  /** Folder of the app. */
  readonly directory: string;
}

export interface FailingSystemOptions extends Omit<TestStackOptions, 'directory'> {
  readonly hostJson?: object;
}

/** Builds, then starts storage and a process. */
const START_MS = 60_000;

const APP = fileURLToPath(new URL('./hasty-connector.ts', import.meta.url));

/** One system for all tests of a file: each brings back what it has broken. */
export function useFailingSystem({ hostJson, env, ...options }: FailingSystemOptions): () => FailingSystem {
  let system: FailingSystem | undefined;
  beforeAll(async () => {
    const ends: (() => unknown)[] = [];
    const onEnd = (end: () => unknown) => void ends.unshift(end);
    const directory = await buildApp(
      { code: `import ${JSON.stringify(APP)};`, ...(hostJson && { hostJson }) },
      onEnd,
    );
    const stack = await startTestStack(
      { ...options, directory, env: { MAPPING: 'project-team', ...env } },
      onEnd,
    );
    const departures = new Map<number, 'completed' | 'deadLettered' | 'expired' | 'cancelled'>();
    stack.broker.onSettled(({ queue, sequenceNumber, outcome }) => {
      if (!queue.endsWith('$DeadLetterQueue')) departures.set(sequenceNumber, outcome);
    });
    system = { ...stack, directory, departures };
    return async () => {
      for (const end of ends) await end();
    };
  }, START_MS);
  return () => {
    if (!system) throw new Error('The system is started before the tests, not while they are collected.');
    return system;
  };
}

export interface LinesFromNow {
  /** The lines so far. */
  all(): Line[];
  /** The first line that the test takes. */
  first(test: Partial<Line> | ((line: Line) => boolean)): Promise<Line>;
}

/** What the app logs from now on: other tests have used the same system before. */
export function linesFromNow(system: FailingSystem): LinesFromNow {
  const from = system.lines.length;
  return {
    all: () => system.lines.slice(from),
    first(test) {
      const matches =
        typeof test === 'function'
          ? test
          : (line: Line) => Object.entries(test).every(([name, value]) => line[name] === value);
      return system.line((line) => system.lines.indexOf(line, from) >= from && matches(line));
    },
  };
}
