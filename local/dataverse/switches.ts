/** What the documentation leaves open about the real Web API; the tests run every setting. */
export interface Switches {
  /** State of a step that was just made. */
  readonly newSteps: 'enabled' | 'disabled';
  /** Whether comma-separated columns come back as they were given. */
  readonly lists: 'asGiven' | 'sorted';
  /**
   * What TriggerServiceEndpointCheck does: refuses at once, or starts a system job that succeeds, fails, waits for its next try, never
   * ends, cannot be found, or may not be read.
   */
  readonly endpointCheck: 'refuses' | 'succeeds' | 'fails' | 'waits' | 'neverEnds' | 'hasNoJob' | 'hidesJob';
  /** Whether a PATCH of an image has to name its step. */
  readonly imageUpdates: 'asTheyAre' | 'withStep';
}

export const DEFAULT_SWITCHES: Switches = {
  newSteps: 'enabled',
  lists: 'asGiven',
  endpointCheck: 'succeeds',
  imageUpdates: 'asTheyAre',
};
