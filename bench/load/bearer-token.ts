import type { CorAddress } from '../processes/cor.ts';

/** A token of the sandbox, for what calls it without the connector's client. */
export async function bearerToken({ tokenUrl, apiKey, clientSecret }: CorAddress): Promise<string> {
  const basic = Buffer.from(`${apiKey}:${clientSecret}`).toString('base64');
  const reply = await fetch(`${tokenUrl}?grant_type=client_credentials`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
  });
  const { access_token } = (await reply.json()) as { access_token: string };
  return access_token;
}
