/** A line of a connector's log, parsed. */
export type Line = Readonly<Record<string, unknown>>;
