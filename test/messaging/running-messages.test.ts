import { expect, test } from 'vitest';
import { RunningMessages } from '../../src/messaging/running-messages.ts';

const queue = () => {
  const copies: number[] = [];
  return {
    copies,
    schedule: async (_copy: unknown, at: number) => void copies.push(at),
    close: async () => {},
  };
};
const isOpen = (work: Promise<unknown>): Promise<boolean> => {
  const later = new Promise<boolean>((resolve) => setTimeout(resolve, 20, true));
  return Promise.race([
    work.then(
      () => false,
      () => false,
    ),
    later,
  ]);
};

test('the end waits for the messages that run, and begins no other', async () => {
  const messages = new RunningMessages();
  const first = Promise.withResolvers<void>();
  const running = messages.run(() => first.promise);
  const ended = messages.end(10_000);
  let begun = false;
  const late = messages.run(async () => {
    begun = true;
  });
  expect([await isOpen(ended), await isOpen(late), begun]).toEqual([true, true, false]);
  first.resolve();
  await Promise.all([running, ended]);
  expect([await isOpen(late), begun]).toEqual([true, false]);
});

test('what has not ended in time gets no further: it neither fails nor leaves a copy', async () => {
  const messages = new RunningMessages();
  const { copies, ...plain } = queue();
  const guarded = messages.guard(plain);
  const cut = Promise.withResolvers<void>();
  const failing = messages.run(() => cut.promise);
  const copying = messages.run(async () => {
    await cut.promise.catch(() => undefined);
    await guarded.schedule({} as never, 1);
  });
  await guarded.schedule({} as never, 0);
  await messages.end(10);
  cut.reject(new Error('the connection was closed'));
  expect([await isOpen(failing), await isOpen(copying), copies]).toEqual([true, true, [0]]);
});

test('outside the end a message that fails fails', async () => {
  await expect(new RunningMessages().run(() => Promise.reject(new Error('as told')))).rejects.toThrow(
    'as told',
  );
});
