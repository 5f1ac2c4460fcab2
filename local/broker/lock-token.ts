/** Length of a UUID in bytes. */
const LENGTH = 16;

/** The bytes of a lock token in RFC order, as requests to `$management` carry them. */
export function tokenBytes(token: string): Buffer {
  return Buffer.from(token.replaceAll('-', ''), 'hex');
}

/** The reverse of `tokenBytes`; undefined when the value is no UUID. */
export function tokenFromBytes(bytes: unknown): string | undefined {
  if (!Buffer.isBuffer(bytes) || bytes.length !== LENGTH) return undefined;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * The token as delivery tag: a .NET Guid, whose first three groups have their bytes reversed. The reversal
 * undoes itself, so the same function reads a tag.
 */
export function guidOrder(uuid: Buffer): Buffer {
  const guid = Buffer.from(uuid);
  guid.subarray(0, 4).reverse();
  guid.subarray(4, 6).reverse();
  guid.subarray(6, 8).reverse();
  return guid;
}
