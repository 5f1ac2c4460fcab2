import type { SandboxError } from './errors.ts';
import type { CorSwitches } from './switches.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

export function json(status: number, value: unknown, headers?: Record<string, string>): Answer {
  const body = JSON.stringify(value);
  return { status, contentType: 'application/json; charset=utf-8', body, ...(headers ? { headers } : {}) };
}

/**
 * The bodies that COR publishes for errors, one per page they come from; it publishes none for attach and
 * detach.
 */
export function errorAnswer(
  error: SandboxError,
  { errorShape, errorStatus }: Pick<CorSwitches, 'errorShape' | 'errorStatus'>,
): Answer {
  const { code, message } = error;
  const status = errorStatus ?? error.status;
  switch (errorShape) {
    case 'corCustomError':
      return json(status, { status, name: 'CORCustomError', code, message });
    case 'errorCode':
      return json(status, { error_code: code, message });
    // "Main API, older": the status is a word.
    case 'stringStatus':
      return json(status, { status: 'ERROR', code, message });
    // The validator's list has its own status and knows no code.
    case 'array417': {
      const text = `${error.rule} validation failed on ${error.field}`;
      return json(errorStatus ?? 417, [{ field: error.field, validation: error.rule, message: text }]);
    }
    // The 401 body of the main API, with the status instead of a code.
    case 'authLike':
      return json(status, { error: status, message: `${code}: ${message}` });
    case 'resourceAllocation':
      return json(status, { error: code, message });
    // AdonisJS's default exception handler.
    case 'nested':
      return json(status, { error: { name: 'CORCustomError', code, message, status } });
    case 'text':
      return { status, contentType: 'text/plain; charset=utf-8', body: `${code}: ${message}` };
    // A proxy that replaces error bodies with its own page.
    case 'html':
      return {
        status,
        contentType: 'text/html',
        body: `<!doctype html><html><head><title>${status} Error</title></head><body>Something went wrong</body></html>`,
      };
    case 'nullBody':
      return json(status, null);
  }
}
