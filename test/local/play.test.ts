import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../local/broker/broker.ts';
import { listSamples } from '../../local/events/samples.ts';
import { createEndings, play } from '../../local/play.ts';

test('the first sample that does not end ends the play', async () => {
  const broker = await startBroker({ queues: [{ name: 'q' }] });
  onTestFinished(() => broker.stop());
  const endings = createEndings();
  const samples = listSamples().slice(0, 3);
  const [first, second] = samples;
  const ended: string[] = [];
  endings.hear({ evt: 'message.completed', messageId: first?.messageId, outcome: 'succeeded' });
  const played = play({
    connectionString: broker.connectionString,
    queue: 'q',
    samples,
    endings,
    onEnding: ({ name }) => ended.push(name),
    longestMs: 50,
  });
  await expect(played).rejects.toThrow(`The sample ${second?.name} was not settled within 0.05 s`);
  expect(ended).toEqual([first?.name]);
  expect(broker.counts('q').active).toBe(2);
});
