import { ServiceBusClient } from '@azure/service-bus';
import { Pool } from 'undici';
import { bearerToken } from '../load/bearer-token.ts';
import { serveParent } from './child-side.ts';
import type { CorAddress } from './cor.ts';

export interface FloorOptions {
  readonly connectionString: string;
  readonly queue: string;
  readonly cor: CorAddress;
  /** Messages under lock at once, as host.json's maxConcurrentCalls. */
  readonly messagesInFlight: number;
  /** As COR_CONCURRENCY. */
  readonly callsInFlight: number;
}

/**
 * The least that any connector has to do for a message: receive it with the official SDK, make one call with a body that is always the
 * same, read the reply's bytes, complete. It looks at nothing.
 */
await serveParent(async (options: FloorOptions) => {
  const { cor, messagesInFlight } = options;
  const authorization = `Bearer ${await bearerToken(cor)}`;
  const pool = new Pool(cor.baseUrl, { connections: options.callsInFlight });
  const body = JSON.stringify({
    workspaces: [{ workspaceId: 'aaaaaaaa-0000-4000-a000-000000000003', percentage: 44.38 }],
    metadata: { source: 'MICROSOFT_DYNAMICS' },
  });
  const receiver = new ServiceBusClient(options.connectionString).createReceiver(options.queue, {
    maxAutoLockRenewalDurationInMs: 0,
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
  });
  receiver.subscribe(
    {
      async processMessage(message) {
        const reply = await pool.request({
          method: 'PUT',
          path: `/v2/integrations/users/${message.messageId}/attach`,
          headers: { authorization, 'content-type': 'application/json' },
          body,
        });
        const text = await reply.body.text();
        if (reply.statusCode !== 200) throw new Error(`COR answered ${reply.statusCode}: ${text}`);
        await receiver.completeMessage(message);
      },
      async processError({ error }) {
        console.error(error);
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: messagesInFlight },
  );
});
