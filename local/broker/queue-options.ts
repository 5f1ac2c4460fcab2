export interface QueueOptions {
  readonly name: string;
  /** Default 60,000. */
  readonly lockDurationMs?: number;
  /** Deliveries after which a message is dead-lettered. Default 10. */
  readonly maxDeliveryCount?: number;
  /** Default: messages without a time to live do not expire. */
  readonly defaultTimeToLiveMs?: number;
  /** Default true; false drops expired messages. */
  readonly deadLetteringOnMessageExpiration?: boolean;
  /** Default 262,144 bytes, the limit of the Standard tier; a batch counts as one message. */
  readonly maxMessageBytes?: number;
  /** A message whose id was sent within this time is taken and dropped. Default: no duplicate detection. */
  readonly duplicateDetectionWindowMs?: number;
}

export interface QueueSettings {
  readonly name: string;
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly defaultTimeToLiveMs: number;
  readonly deadLetteringOnMessageExpiration: boolean;
  readonly maxMessageBytes: number;
  /** 0: none. */
  readonly duplicateDetectionWindowMs: number;
}

// Service Bus docs, "Naming rules": letters, digits, period, hyphen, underscore, slash; alphanumeric at both
// ends.
const NAME = /^[A-Za-z0-9](?:[\w.\-/]{0,258}[A-Za-z0-9])?$/;

/** Fills in the defaults of Service Bus; throws an error that names the bad option. */
export function queueSettings(options: QueueOptions): QueueSettings {
  if (!NAME.test(options.name)) {
    throw new Error(
      `Queue name "${options.name}" is not valid: 1 to 260 letters, digits, ".", "-", "_" or "/", alphanumeric at both ends.`,
    );
  }
  const positive = (option: keyof QueueOptions, value: number) => {
    if (value > 0) return value;
    throw new Error(`Queue "${options.name}": ${option} must be greater than 0 but is ${value}.`);
  };
  return {
    name: options.name,
    lockDurationMs: positive('lockDurationMs', options.lockDurationMs ?? 60_000),
    maxDeliveryCount: positive('maxDeliveryCount', options.maxDeliveryCount ?? 10),
    defaultTimeToLiveMs: positive(
      'defaultTimeToLiveMs',
      options.defaultTimeToLiveMs ?? Number.POSITIVE_INFINITY,
    ),
    deadLetteringOnMessageExpiration: options.deadLetteringOnMessageExpiration ?? true,
    maxMessageBytes: positive('maxMessageBytes', options.maxMessageBytes ?? 262_144),
    duplicateDetectionWindowMs:
      options.duplicateDetectionWindowMs === undefined
        ? 0
        : positive('duplicateDetectionWindowMs', options.duplicateDetectionWindowMs),
  };
}
