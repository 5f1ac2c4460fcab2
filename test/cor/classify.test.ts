import { describe, expect, it } from 'vitest';
import { classify, UNRECOGNIZED_ANSWER } from '../../src/cor/classify.ts';
import { readCorError } from '../../src/cor/error-body.ts';
import { custom, type Row } from './failure-rows.ts';

const ROWS: Row[] = [
  // The shapes of COR's documentation
  ['contract create: CORCustomError', 'attach', 400, custom(400, 'CTR006'), 'rejected', 'CTR006'],
  [
    'validation list under 417',
    'attach',
    417,
    [{ field: 'workspaces', validation: 'required', message: 'required validation failed on workspaces' }],
    'validation',
  ],
  [
    'exists list about something else',
    'attach',
    417,
    [{ message: 'exists validation failed on task_id' }],
    'validation',
  ],
  [
    'exists list about a workspace',
    'attach',
    417,
    [{ message: 'exists validation failed on workspace_id' }],
    'unmapped',
  ],
  [
    'exists complaint with fields',
    'detach',
    422,
    [{ field: 'workspaces.0', validation: 'exists', message: 'no' }],
    'unmapped',
  ],
  ['CORCustomError under 417', 'attach', 417, custom(417, 'AC001'), 'rejected', 'AC001'],
  [
    'older error with a word as status',
    'attach',
    400,
    { status: 'ERROR', code: 'FS003', message: 'no' },
    'rejected',
    'FS003',
  ],
  ['main API 401', 'attach', 401, { error: 401, message: 'Unauthorized' }, 'auth'],
  ['500 with null', 'attach', 500, null, 'transient'],
  [
    'resource allocation',
    'attach',
    400,
    { error: 'UserNotFoundError', message: 'no' },
    'unmapped',
    'UserNotFoundError',
  ],
  [
    'unknown route as text',
    'attach',
    404,
    'E_ROUTE_NOT_FOUND: Cannot PUT /x',
    'transient',
    'E_ROUTE_NOT_FOUND',
  ],
  [
    'unknown route in a message',
    'attach',
    404,
    { name: 'HttpException', message: 'E_ROUTE_NOT_FOUND: Cannot PUT /x' },
    'transient',
    'E_ROUTE_NOT_FOUND',
  ],
  [
    'framework default, nested',
    'attach',
    404,
    { error: { name: 'CORCustomError', code: 'ZC001', message: 'not associated' } },
    'unmapped',
    'ZC001',
  ],
  [
    'contract item',
    'attach',
    200,
    { id: 'w', error_code: 'CE001', message: 'User not found in associations' },
    'unmapped',
    'CE001',
  ],
  ['a proxy page', 'attach', 502, '<html><head><title>502 Bad Gateway</title></head></html>', 'transient'],
  ['a firewall page', 'attach', 403, '<html><title>Forbidden</title></html>', 'auth'],
  [
    'errors under an object',
    'attach',
    400,
    { errors: [{ field: 'metadata', validation: 'required', message: 'x' }] },
    'validation',
  ],
  ['an empty body', 'attach', 400, '', 'transient', UNRECOGNIZED_ANSWER],
  ['a number', 'attach', 400, 7, 'transient', UNRECOGNIZED_ANSWER],
  ['a page', 'attach', 404, '<html><title>404 Not Found</title></html>', 'transient', UNRECOGNIZED_ANSWER],
  ['a text', 'detach', 405, 'Method Not Allowed', 'transient', UNRECOGNIZED_ANSWER],
  ['a gateway’s JSON', 'attach', 404, { message: 'no Route matched' }, 'transient', UNRECOGNIZED_ANSWER],
  ['a gateway’s code', 'attach', 400, { code: 'BadRequest', message: 'no' }, 'transient', 'BadRequest'],
  ['a conflict without a code', 'attach', 409, { message: 'no' }, 'transient', UNRECOGNIZED_ANSWER],

  // By status alone
  ...[408, 425, 429, 500, 501, 502, 503, 504, 520].map(
    (status): Row => [`bare ${status}`, 'attach', status, '', 'transient'],
  ),
  ...[301, 302, 307, 308, 400, 404, 405, 407, 409, 410, 413, 415, 417, 422, 423].map(
    (status): Row => [`bare ${status}`, 'attach', status, '', 'transient', UNRECOGNIZED_ANSWER],
  ),
  ...[417, 422].map((status): Row => [`${status} with JSON`, 'attach', status, {}, 'validation']),
  ['bare 401', 'attach', 401, '', 'auth'],
  ['bare 403', 'attach', 403, '', 'auth'],
  ['a 401 that names a code', 'attach', 401, { code: 'ValidationError' }, 'auth', 'ValidationError'],
  ['a 429 that names a code', 'attach', 429, { code: 'ValidationError' }, 'transient', 'ValidationError'],
  ['500 with an unknown domain code', 'attach', 500, custom(500, 'CTR001'), 'transient', 'CTR001'],
  ['503 with an unknown domain code', 'attach', 503, { code: 'EH001' }, 'transient', 'EH001'],
];

describe('the class of a failure follows from status and body', () => {
  it.each(ROWS)('%s (%s, %i)', (_shape, operation, status, body, expected, code) => {
    expect(classify(operation, status, readCorError(body))).toEqual({ class: expected, code });
  });
});
