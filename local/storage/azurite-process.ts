import { createRequire } from 'node:module';

/**
 * Runs Azurite's blob service in this process, and ends with the process that forked it, however that one
 * ends.
 */
process.on('disconnect', () => process.exit());
createRequire(import.meta.url)('azurite/dist/src/blob/main.js');
