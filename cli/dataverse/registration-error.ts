/** The registration cannot go on. The message is for an operator: what is wrong, and what to do. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
}
