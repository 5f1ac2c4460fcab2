import type { LogCategory, LogLevel } from './core-types.ts';

/** `logging.logLevel` of host.json, by category. */
export type LogLevels = Readonly<Record<string, LogLevel>>;

const ORDER: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/** As .NET's logging: the longest category that begins the name decides, else `default`. */
function minimumLevel(levels: LogLevels, category: string): LogLevel {
  const name = category.toLowerCase();
  const [best] = Object.keys(levels)
    .filter((key) => key !== 'default' && name.startsWith(key.toLowerCase()))
    .sort((a, b) => b.length - a.length);
  return levels[best ?? 'default'] ?? 'information';
}

/**
 * Says whether a line gets past host.json. It looks up each category once: every message of a busy host asks.
 */
export function createLogFilter(levels: LogLevels): (level: LogLevel, category: string) => boolean {
  const known = new Map<string, number>();
  return (level, category) => {
    let minimum = known.get(category);
    if (minimum === undefined) {
      minimum = ORDER.indexOf(minimumLevel(levels, category));
      known.set(category, minimum);
    }
    return ORDER.indexOf(level) >= minimum;
  };
}

/** The category under which the host logs what a worker sends it. */
export function logCategory(functionName: string, category: LogCategory): string {
  if (functionName === '') return 'Worker';
  return category === 'user' ? `Function.${functionName}.User` : `Function.${functionName}`;
}
