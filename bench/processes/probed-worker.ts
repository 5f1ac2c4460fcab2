import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Question, Usage } from './usage.ts';

const PROBE = new URL('worker-probe.ts', import.meta.url);

/** Has the next worker that this process starts loaded with the probe, and asks it. One worker, one question at a time. */
export async function probeNextWorker(): Promise<Usage> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const profile = process.env.BENCH_NODE_OPTIONS ?? '';
  process.env.NODE_OPTIONS = `--import=${PROBE.href} ${profile}`;
  process.env.BENCH_PROBE_PORT = String(port);
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const lines = connected.then(([socket]) => createInterface(socket));
  const ask = async (question: Question): Promise<number> => {
    const [[socket], answers] = await Promise.all([connected, lines]);
    const answered = once(answers, 'line');
    socket.write(`${question}\n`);
    const [line] = (await answered) as [string];
    return Number(line);
  };
  return { processor: () => ask('processor'), heap: () => ask('heap') };
}
