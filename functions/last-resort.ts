import { log } from './log.ts';

/**
 * A rejection that nobody waits for ends a Node process, and with it hundreds of messages that are under way.
 * None is known; should one come up, its kind is logged and the messages go on: each of them has an end of
 * its own. Its text stays out, nobody knows what it holds.
 */
process.on('unhandledRejection', (reason) => {
  const { name, code } = (reason ?? {}) as { name?: unknown; code?: unknown };
  const kind = [name, code].filter((part) => typeof part === 'string').join(' ') || typeof reason;
  log('error', { evt: 'app.unhandledRejection', errorCode: kind.slice(0, 64) });
});
