import type { Demo } from './demo.ts';
import { changeWork } from './work.ts';

/** A row of docs/failures.md that a click brings about. */
export interface FailureTrial {
  readonly id: string;
  /** How the first cell of its row begins. */
  readonly row: string;
  /** Breaks something, changes rows, and says what to look at. */
  run(demo: Demo): Promise<string> | string;
}

/** The connector that the trials are about. */
export const QUEUE = 'resource-assignment';
export const CREATE_MISSING = 'COR_CREATE_MISSING_WORKSPACES';

export const changeTwo = (demo: Demo): string =>
  (['robin', 'kim'] as const).map((person) => changeWork(demo, person)).join(', ');
export const changeThree = (demo: Demo): string =>
  (['robin', 'kim', 'alex'] as const).map((person) => changeWork(demo, person)).join(', ');

/** Sent with the next message as if earlier tries had left it on a copy. */
export function withProperties(demo: Demo, properties: Readonly<Record<string, string | number>>): void {
  demo.alterNext((message) => ({
    ...message,
    applicationProperties: { ...message.applicationProperties, ...properties } as never,
  }));
}
