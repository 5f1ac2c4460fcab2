import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import type { Define } from '../../../cli/frame/program.ts';
import type { Session } from '../../../cli/frame/session.ts';
import { connector } from '../run-connector.ts';

/** A command that says that it is at work, and goes on until it is told to end. */
async function interrupted(signals: readonly string[], work: (session: Session) => Promise<void>) {
  const shell = new EventEmitter();
  const working = new EventEmitter();
  const command: Define = (parent, run) => {
    parent.command('work').action(
      run(async (session) => {
        setImmediate(() => working.emit('begun'));
        await work(session);
        return 0;
      }),
    );
  };
  const begun = once(working, 'begun');
  const result = connector(['work'], { commands: [command], signals: shell });
  await begun;
  for (const signal of signals) shell.emit(signal);
  const ended = await result;
  // Nobody listens any more when the command has ended.
  expect(shell.listenerCount('SIGINT') + shell.listenerCount('SIGTERM')).toBe(0);
  return ended;
}
const shortly = () => new Promise<void>((done) => setTimeout(done, 20));

test('a command that has changed nothing says so and ends at once', async () => {
  expect(await interrupted(['SIGINT'], shortly)).toEqual({
    code: 130,
    stdout: '',
    stderr: 'Interrupted. Nothing was changed.\n',
  });
});

test('a command that has changed something says what', async () => {
  const { code, stderr } = await interrupted(['SIGTERM'], async (session) => {
    session.whenInterrupted('Interrupted. Two of three were written.');
    await shortly();
  });
  expect([code, stderr]).toEqual([130, 'Interrupted. Two of three were written.\n']);
});

test('a command that can end in order does so at the first signal, and ends at once at the second', async () => {
  const inOrder = async (session: Session) => {
    const signal = session.interruption();
    if (!signal.aborted) await once(signal, 'abort');
    session.print('one of three done');
  };
  const once1 = await interrupted(['SIGINT'], inOrder);
  expect(once1).toEqual({
    code: 0,
    stdout: 'one of three done\n',
    stderr: 'Finishing what is at hand. Once more ends at once.\n',
  });
  const twice = await interrupted(['SIGINT', 'SIGINT'], inOrder);
  expect(twice.code).toBe(130);
  expect(twice.stderr).toContain(
    'Ended. What was under way may or may not be done: running it again is safe.',
  );
});
