/**
 * An error that is answered to the client: `condition` is the AMQP error condition that its SDK maps to a
 * code.
 */
export class AmqpError extends Error {
  override readonly name = 'AmqpError';
  readonly condition: string;

  constructor(condition: string, description: string, options?: ErrorOptions) {
    super(description, options);
    this.condition = condition;
  }
}
