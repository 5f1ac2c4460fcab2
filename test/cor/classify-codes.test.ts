import { expect, it } from 'vitest';
import { classify } from '../../src/cor/classify.ts';
import { readCorError } from '../../src/cor/error-body.ts';
import { custom, type Row } from './failure-rows.ts';

const ROWS: Row[] = [
  // ZC001 is used for two things
  [
    'ZC001 not associated',
    'attach',
    400,
    custom(400, 'ZC001', 'User is not associated'),
    'unmapped',
    'ZC001',
  ],
  ['ZC001 not mapped', 'attach', 417, custom(417, 'ZC001', 'Workspace mapping missing'), 'unmapped', 'ZC001'],
  ['ZC001 without a word', 'detach', 500, { code: 'ZC001' }, 'unmapped', 'ZC001'],
  [
    'ZC001 required validation',
    'attach',
    400,
    custom(400, 'ZC001', 'required validation failed'),
    'validation',
    'ZC001',
  ],
  [
    'ZC001 with complaints',
    'attach',
    400,
    { ...custom(400, 'ZC001', 'bad'), errors: [{ field: 'percentage', validation: 'number' }] },
    'validation',
    'ZC001',
  ],
  [
    'ZC001 whose exists rule failed',
    'attach',
    400,
    { code: 'ZC001', errors: [{ field: 'id', validation: 'exists' }] },
    'unmapped',
    'ZC001',
  ],

  // The other known codes, whatever the status
  [
    'WorkspaceNotFoundError with 500',
    'attach',
    500,
    { name: 'WorkspaceNotFoundError' },
    'unmapped',
    'WorkspaceNotFoundError',
  ],
  [
    'UserNotFoundError with 403',
    'attach',
    403,
    { code: 'UserNotFoundError' },
    'unmapped',
    'UserNotFoundError',
  ],
  ['UserNotFoundError as text', 'attach', 404, 'UserNotFoundError: nobody', 'unmapped', 'UserNotFoundError'],
  [
    'another NotFoundError',
    'attach',
    404,
    { code: 'ContractNotFoundError' },
    'rejected',
    'ContractNotFoundError',
  ],
  ['ZC002', 'attach', 400, custom(400, 'ZC002'), 'unmapped', 'ZC002'],
  [
    'ValidationError with 503',
    'attach',
    503,
    { error_code: 'ValidationError' },
    'validation',
    'ValidationError',
  ],
  ['InvalidSourceError', 'attach', 400, { error: 'InvalidSourceError' }, 'validation', 'InvalidSourceError'],
  [
    '422 by name',
    'attach',
    422,
    { name: 'UnprocessableEntityException' },
    'validation',
    'UnprocessableEntityException',
  ],
  [
    'AlreadyAttachedError',
    'attach',
    409,
    { name: 'AlreadyAttachedError' },
    'alreadyAttached',
    'AlreadyAttachedError',
  ],
  [
    'UT011',
    'attach',
    200,
    { user_id: 3, name: 'ALREADY_ASSIGNED', code: 'UT011', message: 'x' },
    'alreadyAttached',
    'UT011',
  ],
  ['ZC004 on attach', 'attach', 400, custom(400, 'ZC004'), 'alreadyAttached', 'ZC004'],
  ['ZC004 on detach', 'detach', 400, custom(400, 'ZC004'), 'rejected', 'ZC004'],
  ['ZC004 on create', 'createWorkspace', 400, custom(400, 'ZC004'), 'duplicate', 'ZC004'],
  [
    'NotAttachedError on detach',
    'detach',
    400,
    { error: 'NotAttachedError' },
    'notAttached',
    'NotAttachedError',
  ],
  [
    'NotAttachedError on attach',
    'attach',
    400,
    { error: 'NotAttachedError' },
    'rejected',
    'NotAttachedError',
  ],
  [
    'DuplicateExternalIdError on create',
    'createWorkspace',
    409,
    { name: 'DuplicateExternalIdError' },
    'duplicate',
    'DuplicateExternalIdError',
  ],
  [
    'DuplicateExternalIdError elsewhere',
    'attach',
    409,
    { name: 'DuplicateExternalIdError' },
    'rejected',
    'DuplicateExternalIdError',
  ],
];

it.each(ROWS)(
  'a code that COR uses decides: %s (%s, %i)',
  (_shape, operation, status, body, expected, code) => {
    expect(classify(operation, status, readCorError(body))).toEqual({ class: expected, code });
  },
);
