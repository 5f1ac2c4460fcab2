import { type CorSandboxOptions, startCorSandbox } from '../../local/cor/sandbox.ts';
import { serveParent } from './child-side.ts';

/** How to reach a COR sandbox that runs in another process. */
export interface CorAddress {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly apiKey: string;
  readonly clientSecret: string;
}

await serveParent(async (options: CorSandboxOptions): Promise<CorAddress> => {
  const { baseUrl, tokenUrl, apiKey, clientSecret } = await startCorSandbox(options);
  return { baseUrl, tokenUrl, apiKey, clientSecret };
});
