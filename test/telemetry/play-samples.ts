import { setTimeout as delay } from 'node:timers/promises';
import { startIdentityEndpoint } from '../../local/telemetry/identity-endpoint.ts';
import { startIngestion } from '../../local/telemetry/ingestion.ts';
import { type sampleMessages, startWatchedApps } from './watched-apps.ts';

/** Plays messages through one app that sends telemetry as an identity; when it has stopped, all is sent. */
export async function playSamples(
  samples: ReturnType<typeof sampleMessages>,
  clientId: string,
  onEnd: (end: () => Promise<void>) => void,
) {
  const [ingestion, identity] = await Promise.all([startIngestion(), startIdentityEndpoint()]);
  onEnd(ingestion.stop);
  onEnd(identity.stop);
  const system = await startWatchedApps(
    {
      app: {
        APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
        NODE_EXTRA_CA_CERTS: ingestion.certificatePath,
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${clientId};Authorization=AAD`,
        ...identity.env,
      },
    },
    onEnd,
  );
  const { app } = system.apps;
  // While the first calls are held, the other messages of their users come together.
  system.cor.hold();
  await app.send(samples);
  await system.cor.held();
  await delay(300);
  system.cor.release();
  await app.handled(samples.length);
  await app.host.stop();
  return { ingestion, identity, system, app };
}
