import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { ownUsage, type Question } from './usage.ts';

/** Loaded into a worker before anything else: answers by a socket what the worker uses, so that worker and host need know nothing of it. */
const socket = connect(Number(process.env.BENCH_PROBE_PORT), '127.0.0.1');
// What the worker starts is not to be probed.
delete process.env.NODE_OPTIONS;
socket.unref();
socket.on('error', () => undefined);
createInterface(socket).on('line', async (question) => {
  socket.write(`${await ownUsage[question as Question]()}\n`);
});
