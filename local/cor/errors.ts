/** A refusal, before a shape is chosen for it. */
export interface SandboxError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The field and rule that the `array417` shape names. */
  readonly field: string;
  readonly rule: string;
  /** The external id it is about, where it is about one. */
  readonly id?: string;
}

/** Thrown inside a route; the request pipeline turns it into a body of the chosen shape. */
export class Refusal extends Error {
  readonly error: SandboxError;
  constructor(error: SandboxError) {
    super(error.message);
    this.error = error;
  }
}

export function validation(field: string, rule: string, message: string): SandboxError {
  return { status: 400, code: 'ValidationError', field, rule, message };
}

export function conflict(code: string, field: string, message: string, id: string): SandboxError {
  return { status: 409, code, field, rule: 'unique', message, id };
}

export function unmapped(
  kind: 'User' | 'Workspace',
  id: string,
  { unmappedStatus, unmappedCode }: { unmappedStatus: number; unmappedCode: 'ZC001' | 'named' | 'CE001' },
): SandboxError {
  return {
    status: unmappedStatus,
    code: unmappedCode === 'named' ? `${kind}NotFoundError` : unmappedCode,
    field: kind === 'User' ? 'user_id' : 'workspaceId',
    rule: 'exists',
    message:
      unmappedCode === 'CE001'
        ? `${kind} not found in associations`
        : `${kind} "${id}" is not associated for this source`,
    id,
  };
}
