import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import type { Settlement } from './settlement.ts';

const ACCEPTED = 0x24;
const REJECTED = 0x25;
const RELEASED = 0x26;
const MODIFIED = 0x27;

/** What a disposition's delivery state means on Service Bus; undefined for a state that is no outcome. */
export function settlementOf(state: Typed | undefined): Settlement | undefined {
  const fields = (state?.value ?? []) as Typed[];
  switch (state?.descriptor?.value) {
    case ACCEPTED:
      return { outcome: 'complete' };
    case RELEASED:
      return { outcome: 'release' };
    case MODIFIED: {
      const [, undeliverableHere, annotations] = fields;
      return { outcome: undeliverableHere?.value ? 'defer' : 'abandon', changes: changesIn(annotations) };
    }
    case REJECTED:
      return deadLetter((fields[0]?.value ?? []) as Typed[]);
    default:
      return undefined;
  }
}

/** The SDK puts reason and description into the error's info map, among the properties to modify. */
function deadLetter([condition, description, info]: Typed[]): Settlement {
  const changes = changesIn(info);
  const take = (key: string) => {
    const text: unknown = changes.get(key)?.value;
    changes.delete(key);
    return typeof text === 'string' ? text : undefined;
  };
  const reason = take('DeadLetterReason');
  const errorDescription = take('DeadLetterErrorDescription');
  if (condition?.value === 'com.microsoft:dead-letter') {
    return { outcome: 'deadLetter', reason, description: errorDescription, changes };
  }
  // A plain AMQP rejection, from a client that is no Service Bus SDK.
  const plainReason = reason ?? textIn(condition);
  return {
    outcome: 'deadLetter',
    reason: plainReason,
    description: errorDescription ?? textIn(description),
    changes,
  };
}

function textIn(value: Typed | undefined): string | undefined {
  return typeof value?.value === 'string' ? value.value : undefined;
}

/**
 * Properties that a settlement sets. AMQP 1.0, part 3, section 3.2.5: only simple values are allowed as
 * application properties.
 */
export function changesIn(map: Typed | undefined): Map<string, Typed> {
  const changes = propertiesIn(map);
  for (const [key, value] of changes) {
    if (!Array.isArray(value.value)) continue;
    throw new AmqpError('amqp:invalid-field', `Property "${key}" cannot be set to a list, map or array.`);
  }
  return changes;
}

/**
 * Values keep their AMQP types. A property that the caller left undefined arrives as null and changes
 * nothing.
 */
export function propertiesIn(map: Typed | undefined): Map<string, Typed> {
  const entries = (map?.value ?? []) as Typed[];
  const properties = new Map<string, Typed>();
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const [key, value] = [entries[index], entries[index + 1]];
    if (key !== undefined && value !== undefined && value.value !== null)
      properties.set(String(key.value), value);
  }
  return properties;
}
