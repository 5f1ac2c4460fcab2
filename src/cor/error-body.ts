import { isObject } from '../json.ts';

/** What one error body, or one element of an `errors` list, says. */
export interface CorError {
  /**
   * Domain code or error name, the most specific first: `ZC001`, `CTR006`, `UserNotFoundError`,
   * `E_ROUTE_NOT_FOUND`.
   */
  readonly codes: readonly string[];
  readonly message: string;
  /**
   * The request's fields that a validator complained about, with the rule where it is named: `{ field:
   * 'users.0', rule: 'required' }`.
   */
  readonly fields: readonly { readonly field: string; readonly rule: string }[];
  /** It is a JSON object or list, not a page, a text or nothing. */
  readonly isStructured: boolean;
}

type Said = Omit<CorError, 'isStructured'>;

const NOTHING_SAID: Said = { codes: [], message: '', fields: [] };

/** Names that say no more than "an error": a `code` beside them, or the HTTP status, decides. */
const GENERIC = /^(CORCustomError|Error|Exception|HttpException|HttpError|ERROR|error)$/;

/**
 * A code as COR writes it at the start of a text: `E_ROUTE_NOT_FOUND: Cannot PUT /…`, `UserNotFoundError: …`,
 * `ZC001 …`.
 */
const LEADING_CODE = /^\s*(E_[A-Z_]{2,60}|[A-Z]{2,4}\d{2,4}|[A-Z][A-Za-z]{2,60}Error)\b/;

/** No code that COR documents is longer; anything else in its place is text, not a code. */
const CODE = /^[A-Za-z][\w.-]{1,63}$/;

/** `name` may also be a person's name, so it counts only when it looks like an error's. */
const ERROR_NAME = /^([A-Z][A-Za-z]{2,60}(Error|Exception|Entity)|[A-Z]+(_[A-Z]+)+)$/;

/** A page says its title at its beginning. */
const MAX_HEAD = 16 * 1024;

/** COR's bodies nest once or twice; a hostile one must not exhaust the stack. */
const MAX_DEPTH = 4;

/**
 * Reads any error body of COR's documentation: an object with its code in `code`, `error_code`, `error` or
 * `name` (or the same one level down, in `error` or `data`), a list of validator complaints, `null`, or plain
 * text. `body` is parsed JSON, or the text.
 */
export function readCorError(body: unknown): CorError {
  return { ...read(body, 0), isStructured: typeof body === 'object' && body !== null };
}

function read(body: unknown, depth: number): Said {
  if (depth > MAX_DEPTH) return NOTHING_SAID;
  if (typeof body === 'string') return readText(body);
  if (Array.isArray(body)) return readList(body, depth);
  if (!isObject(body)) return NOTHING_SAID;

  const message = firstString(body.message, body.error_description, body.detail, body.title, body.msg);
  const named = typeof body.name === 'string' && ERROR_NAME.test(body.name) ? [body.name] : [];
  const codes = [...[body.code, body.error_code, body.error].filter(isCode), ...named, ...codesIn(message)];
  const fields =
    typeof body.field === 'string' ? [{ field: body.field, rule: ruleOf(body) }] : fieldsIn(message);
  const inner = innerError(body, depth);
  return {
    codes: [...codes, ...inner.codes].filter((code) => !GENERIC.test(code)),
    // `error` holds a sentence where it holds no code.
    message:
      message || inner.message || (typeof body.error === 'string' && !isCode(body.error) ? body.error : ''),
    fields: [...fields, ...inner.fields],
  };
}

/**
 * `{error: {…}}` is the framework's default; `{data: {…}}` is COR's own wrapper; `errors` lists complaints.
 */
function innerError(body: Record<string, unknown>, depth: number): Said {
  for (const inner of [body.error, body.errors, body.data]) {
    if (Array.isArray(inner) || isObject(inner)) return read(inner, depth + 1);
  }
  return NOTHING_SAID;
}

function readList(list: readonly unknown[], depth: number): Said {
  const parts = list.slice(0, 20).map((item) => read(item, depth + 1));
  return {
    codes: parts.flatMap((part) => part.codes),
    message: parts
      .map((part) => part.message)
      .filter(Boolean)
      .join('; '),
    fields: parts.flatMap((part) => part.fields),
  };
}

function readText(text: string): Said {
  // A proxy's error page: only its title says anything to an operator.
  if (/^\s*</.test(text)) {
    return {
      codes: [],
      message: /<title[^>]{0,200}>([^<]{1,200})/i.exec(text.slice(0, MAX_HEAD))?.[1]?.trim() ?? '',
      fields: [],
    };
  }
  return { codes: codesIn(text), message: text, fields: fieldsIn(text) };
}

function codesIn(text: string): string[] {
  const code = LEADING_CODE.exec(text)?.[1];
  return code ? [code] : [];
}

/** The validator's own sentence, `exists validation failed on task_id`, where no `field` stands beside it. */
function fieldsIn(message: string): CorError['fields'] {
  const match = /\b(\w{2,30}) validation failed on ([\w.[\]]{1,100})/.exec(message);
  return match ? [{ field: match[2] ?? '', rule: match[1] ?? '' }] : [];
}

function ruleOf(complaint: Record<string, unknown>): string {
  return typeof complaint.validation === 'string' ? complaint.validation : '';
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && CODE.test(value);
}

function firstString(...values: readonly unknown[]): string {
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? '';
}
