import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { problemsOf, runSoak } from './soak/run-soak.ts';

const USAGE = `Sends events through the whole system while parts of it fail; at the end every message has to be accounted for and COR
has to hold what the events say.

  npm run soak [-- --messages N] [--seed N]

Exit code: 0 all accounted for, 1 not, 2 wrong use.`;

function readOptions(): { messages: number; seed: number } | undefined {
  try {
    const { values } = parseArgs({
      options: { messages: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
    });
    const [messages, seed] = [Number(values.messages), Number(values.seed)];
    if (Number.isSafeInteger(messages) && messages >= 100 && Number.isSafeInteger(seed))
      return { messages, seed };
  } catch {
    // Told below what is right.
  }
  return undefined;
}

async function main(): Promise<number> {
  const asked = readOptions();
  if (!asked) {
    console.error(USAGE);
    return 2;
  }
  const started = performance.now();
  const result = await runSoak({
    ...asked,
    permanent: 0.01,
    transient: 0.05,
    corDownMs: 4_000,
    lockDurationMs: 30_000,
    unmappedGrace: '15s',
    patienceMs: 45_000,
    longestMs: 10 * 60_000,
    onProgress: (text) => console.error(`${Math.round((performance.now() - started) / 1_000)} s: ${text}`),
  });
  const { sent, completed, deadLettered, seconds } = result;
  const statuses = Object.entries(result.corCallsByStatus).map(([status, count]) => `${count} × ${status}`);
  const pauses = Object.entries(result.pauses).map(([reason, count]) => `${count} × ${reason}`);
  const reasons = Object.entries(result.deadLettersByReason).map(([reason, count]) => `${count} ${reason}`);
  console.log(`messages      ${sent} sent = ${completed} completed + ${deadLettered} dead-lettered (${reasons.join(', ')})
time          ${seconds.toFixed(1)} s from the first message to an empty queue, ${Math.round(sent / seconds)} messages/s (${availableParallelism()} cores, seed ${asked.seed})
COR calls     ${result.corCalls} attach and detach (answers: ${statuses.join(', ')}; the rest was dropped)
retries       ${result.retries} scheduled copies (${result.broughtForward} brought forward at the end), ${result.held} messages held, ${result.redeliveries} redeliveries
pauses        ${pauses.join(', ') || 'none'}
COR           ${result.wrongUsers.length} users differ from what the events say`);
  const problems = problemsOf(result);
  for (const problem of problems) console.error(`✘ ${problem}`);
  console.log(problems.length === 0 ? 'Everything is accounted for.' : 'Not everything is accounted for.');
  return problems.length === 0 ? 0 : 1;
}

process.exit(await main());
