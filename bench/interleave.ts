import type { Pair } from './statistics.ts';

type Side = (round: number) => number | Promise<number>;

/**
 * Measures both sides `rounds` times in turns, so that a machine that grows slower slows both; who begins alternates. Rounds from
 * -`warmUps` to -1 come first and are not counted.
 */
export async function interleave(rounds: number, ours: Side, reference: Side, warmUps = 1): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const referenceFirst = round % 2 !== 0;
    const early = referenceFirst ? await reference(round) : undefined;
    const own = await ours(round);
    const pair = { ours: own, reference: early ?? (await reference(round)) };
    if (round >= 0) pairs.push(pair);
  }
  return pairs;
}
