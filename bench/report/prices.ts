/**
 * US dollars, pay as you go, West Europe, without what is free each month. Functions: as several public pages gave it in
 * 2025; the others as they were known in November 2026. None was read from a price page of Azure on the day of the run.
 */
export const PRICES = {
  gbSecond: 0.000026,
  executions: 0.4,
  /** For a million, beyond the 13 million a month that Standard includes. */
  serviceBusOperations: 0.8,
  /** For 10,000. */
  reads: 0.0045,
  /** For 10,000. */
  writes: 0.055,
  logGb: 2.76,
} as const;

/** What Azure itself writes of an event: not measured, no host of Azure ran. */
export const ASSUMED = {
  instanceGb: 2,
  /** The least time that is paid of an instance that works on one event alone. */
  secondsAlone: 1,
  /** Send, receive, complete, and one renewal or copy. */
  serviceBusOperations: 4,
  /** The host's request, and its line. */
  hostLogBytes: 2_000,
  /** `platformLogs`: one row of the storage account for each read and write of the ledger, and some of the queue. */
  platformLogBytes: 5_000,
} as const;
