import type { Row } from '../../src/dataverse/web-api.ts';
import { type Component, title } from './component.ts';
import { type Difference, differences, differenceText, missingText } from './differences.ts';
import type { Registered, RegisteredStep } from './registered.ts';

/** A component beside the row that stands for it now, if there is one. */
export interface Planned {
  readonly component: Component;
  readonly row: Row | undefined;
  readonly differences: readonly Difference[];
  readonly children: readonly Planned[];
  /** Registered below it and not needed: harmless, so only mentioned. */
  readonly surplus: readonly string[];
}

/**
 * Gives each component its row: first by name, then by what it does, so that steps which were registered by
 * hand are found too.
 */
function pair<Found>(
  components: readonly Component[],
  found: readonly Found[],
  same: readonly ((component: Component, found: Found) => boolean)[],
): { readonly of: ReadonlyMap<Component, Found>; readonly rest: readonly Found[] } {
  const of = new Map<Component, Found>();
  const rest = new Set(found);
  for (const isSame of same)
    for (const component of components) {
      if (of.has(component)) continue;
      const match = [...rest].find((candidate) => isSame(component, candidate));
      if (match === undefined) continue;
      of.set(component, match);
      rest.delete(match);
    }
  return { of, rest: [...rest] };
}

function planImages(step: Component, images: readonly Row[]) {
  const { of, rest } = pair(step.children, images, [
    (image, row) => row.entityalias === image.columns.entityalias,
    (image, row) => row.name === image.name,
  ]);
  const children = step.children.map((component) => {
    const row = of.get(component);
    return { component, row, differences: row ? differences(component, row) : [], children: [], surplus: [] };
  });
  return { children, surplus: rest.map((row) => title({ kind: 'image', name: String(row.name) })) };
}

function planStep(component: Component, step: RegisteredStep | undefined): Planned {
  return {
    component,
    row: step?.row,
    differences: step ? differences(component, step.row) : [],
    ...planImages(component, step?.images ?? []),
  };
}

const doesTheSame = (component: Component, { row }: RegisteredStep) =>
  Object.entries(component.lookups).every(([property, { id }]) => row[`_${property}_value`] === id);

/**
 * Compares the registration as it should be with what is registered. `updateKey`: the queue's key is to be
 * written in any case.
 */
export function planRegistration(desired: Component, registered: Registered, updateKey = false): Planned {
  const { endpoint, steps } = registered;
  const { of, rest } = pair(desired.children, steps, [
    (step, { row }) => row.name === step.name,
    doesTheSame,
  ]);
  return {
    component: desired,
    row: endpoint,
    differences: endpoint ? differences(desired, endpoint, updateKey) : [],
    children: desired.children.map((step) => planStep(step, of.get(step))),
    surplus: rest.map(({ row }) => title({ kind: 'step', name: String(row.name) })),
  };
}

/** What is not as it should be, and what is there for nothing: one sentence each. */
export interface Findings {
  readonly wrong: readonly string[];
  readonly surplus: readonly string[];
}

export function findings(plan: Planned, where = ''): Findings {
  const { component, row, children } = plan;
  const own = row
    ? plan.differences.map((difference) => `${where}${title(component)}: ${differenceText(difference)}.`)
    : [`${where}${missingText(component)}.`];
  const above = component.kind === 'step' ? `${title(component)}, ` : '';
  // Whatever belongs to a missing component is missing too.
  const below = row ? children.map((child) => findings(child, above)) : [];
  return {
    wrong: [...own, ...below.flatMap(({ wrong }) => wrong)],
    surplus: [
      ...plan.surplus.map((name) => `${above}${name} is registered, but the mapping does not need it.`),
      ...below.flatMap(({ surplus }) => surplus),
    ],
  };
}
