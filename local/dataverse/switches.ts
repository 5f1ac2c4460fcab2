/** What the documentation leaves open about the real Web API; the tests run every setting. */
export interface Switches {
  /** State of a step that was just made. */
  readonly newSteps: 'enabled' | 'disabled';
  /** Whether comma-separated columns come back as they were given. */
  readonly lists: 'asGiven' | 'sorted';
  /** What TriggerServiceEndpointCheck says. */
  readonly endpointCheck: 'passes' | 'fails';
}

export const DEFAULT_SWITCHES: Switches = { newSteps: 'enabled', lists: 'asGiven', endpointCheck: 'passes' };
