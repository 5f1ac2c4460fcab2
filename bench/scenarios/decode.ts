import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { interleave } from '../interleave.ts';
import { assignmentTemplate, type BodySize, numberedGuid } from '../load/assignment-messages.ts';
import { atMost, type Measurement, type Scenario, type Size } from '../measurement.ts';
import { summarize } from '../statistics.ts';

const SIZES: readonly BodySize[] = [3, 9, 25];
/** As Dataverse's messages come: not one string that the engine may remember. */
const BODIES = 64;

function bodies(size: BodySize): Buffer[] {
  const write = assignmentTemplate(size);
  return Array.from({ length: BODIES }, (_, at) =>
    write({
      record: numberedGuid(1, at),
      user: numberedGuid(2, at),
      workspace: numberedGuid(3, at),
      hours: 10 + at,
      version: 1_000_000 + at,
    }),
  );
}

/** Microseconds of processor time for one message: other programs on the machine do not count. */
function timePerMessage(messages: readonly Buffer[], laps: number, work: (body: Buffer) => void): number {
  const before = process.cpuUsage();
  for (let lap = 0; lap < laps; lap += 1) for (const body of messages) work(body);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (laps * messages.length);
}

async function measure(bodySize: BodySize, size: Size): Promise<Measurement> {
  const messages = bodies(bodySize);
  const mapping = loadMapping('resource-assignment');
  const laps = size === 'full' ? Math.ceil(200 / bodySize) : 20;
  let changes = 0;
  const ours = () =>
    timePerMessage(messages, laps, (body) => {
      const decoded = decode(body, { contentType: 'application/json' });
      if (decoded.outcome !== 'decoded') throw new Error(decoded.description);
      const translated = translate(decoded.context, mapping);
      if (translated.outcome === 'apply') changes += translated.changes.length;
    });
  const reference = () => timePerMessage(messages, laps, (body) => void JSON.parse(body.toString()));
  const rounds = size === 'full' ? 15 : 5;
  const pairs = await interleave(rounds, ours, reference, 3);
  if (changes !== (rounds + 3) * laps * messages.length) throw new Error('Not every message gave a change.');
  const { ratio, spread, ...medians } = summarize(pairs);
  const kilobytes = `${((messages[0]?.length ?? 0) / 1000).toFixed(1)} KB`;
  return {
    name: `decode + validate + translate, ${kilobytes} body ÷ JSON.parse`,
    value: medians.ours,
    unit: 'µs',
    reference: medians.reference,
    ratio,
    spread,
    steady: true,
    target: atMost(2),
  };
}

export const scenario: Scenario = {
  limitSeconds: 40,
  async run(size) {
    const measurements: Measurement[] = [];
    for (const bodySize of SIZES) measurements.push(await measure(bodySize, size));
    return { measurements };
  },
};
