/** The mapping cannot be used. The message lists every problem with its JSON pointer. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}
