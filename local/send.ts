import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { ServiceBusClient } from '@azure/service-bus';
import { readStackFile } from './stack-file.ts';

const USAGE = `Sends files to the queue of the running local stack, as Dataverse would. Start the stack with "npm start" first.

  npm run send -- FILE…                        to the connector with preset resource-assignment
  npm run send -- --preset project-team FILE…`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      preset: { type: 'string', default: 'resource-assignment' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help || positionals.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const stack = readStackFile();
  const settings = stack[values.preset];
  if (!settings?.ServiceBusConnection || !settings.ServiceBusQueueName) {
    throw new Error(
      `There is no preset "${values.preset}" in the local stack: use one of ${Object.keys(stack).join(', ')}.`,
    );
  }
  const files = positionals.map((file) => ({ file, body: readFileSync(file) }));
  const client = new ServiceBusClient(settings.ServiceBusConnection);
  try {
    const sender = client.createSender(settings.ServiceBusQueueName);
    for (const { file, body } of files) {
      const messageId = `${basename(file)}-${randomUUID().slice(0, 8)}`;
      await sender.sendMessages({
        body,
        messageId,
        contentType: file.endsWith('.bin') ? 'application/msbin1' : 'application/json',
      });
      console.log(`sent ${file} as ${messageId}`);
    }
  } finally {
    await client.close();
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
