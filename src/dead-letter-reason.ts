/**
 * Why a message can end in the dead-letter queue. The list is closed: alerts, queries and the replay filter
 * name these words. The dead-letter description that goes with a reason says what an operator should do about
 * it.
 */
export const DEAD_LETTER_REASONS = [
  'NotJson',
  'UnsupportedFormat',
  'NotRemoteExecutionContext',
  'TruncatedMessage',
  'MissingImage',
  'MappingFailed',
  'WrongOrganization',
  'UserUnidentified',
  'TooOld',
  'CorEntityNotMapped',
  'CorValidation',
  'CorRejected',
  'CorDidNotApply',
  'RetriesExhausted',
] as const;

export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** The decision to dead-letter a message. `description` is for an operator and holds no personal data. */
export interface DeadLetter {
  readonly outcome: 'deadLetter';
  readonly reason: DeadLetterReason;
  readonly description: string;
}

export function deadLetter(reason: DeadLetterReason, description: string): DeadLetter {
  return { outcome: 'deadLetter', reason, description };
}
