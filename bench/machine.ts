import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { median } from './statistics.ts';

/** Where figures were measured: without it they mean nothing. */
export interface Machine {
  readonly day: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Of the packages that the app is made of, as they are installed. */
  readonly packages: Readonly<Record<string, string>>;
}

const PACKAGES = [
  '@azure/functions',
  '@azure/service-bus',
  '@azure/storage-blob',
  'undici',
  'zod',
  'azurite',
];

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

export function machine(): Machine {
  return {
    day: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'an unknown processor',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: process.platform,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

export function describeMachine({ day, cores, processor, node, platform }: Machine): string {
  return `Measured ${day} on ${cores} cores of ${processor}, Node ${node}, ${platform}.`;
}

const SPIN_MS = 40;
const SPINS = 9;

/** Wall-clock time for each unit of processor time of a busy loop: 1 on an idle machine, 2 where as much work again waits. */
export function waiting(): number {
  const ratios = Array.from({ length: SPINS }, () => {
    const before = process.cpuUsage();
    const startedAt = performance.now();
    while (performance.now() - startedAt < SPIN_MS);
    const { user, system } = process.cpuUsage(before);
    return (1_000 * (performance.now() - startedAt)) / (user + system);
  });
  return median(ratios);
}
