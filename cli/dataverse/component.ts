export type Value = string | number | boolean | null;
export type ComponentKind = 'endpoint' | 'step' | 'image';

/** Where a kind of component is stored (Dataverse docs, table reference). */
interface Storage {
  readonly entitySet: string;
  readonly idColumn: string;
  /**
   * Navigation property to the parent; case matters: these are lower case, those of custom tables are not.
   */
  readonly parentProperty?: string;
}

export const STORAGE: Readonly<Record<ComponentKind, Storage>> = {
  endpoint: { entitySet: 'serviceendpoints', idColumn: 'serviceendpointid' },
  step: {
    entitySet: 'sdkmessageprocessingsteps',
    idColumn: 'sdkmessageprocessingstepid',
    parentProperty: 'eventhandler_serviceendpoint',
  },
  image: {
    entitySet: 'sdkmessageprocessingstepimages',
    idColumn: 'sdkmessageprocessingstepimageid',
    parentProperty: 'sdkmessageprocessingstepid',
  },
};

interface Lookup {
  readonly entitySet: string;
  readonly id: string;
  /** For people. */
  readonly name: string;
}

/** A part of the registration as it should be; its children belong to it. */
export interface Component {
  readonly kind: ComponentKind;
  readonly name: string;
  /** Compared with what is registered, and corrected where it differs. */
  readonly columns: Readonly<Record<string, Value>>;
  /** Given when the row is made, and left alone afterwards. */
  readonly initial: Readonly<Record<string, Value>>;
  /**
   * Compared and corrected, but not given when the row is made: Dataverse sets the state of a new row itself.
   */
  readonly state?: Readonly<Record<string, Value>>;
  /** By navigation property; compared with `_PROPERTY_value`. */
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** Key of the queue. Dataverse never gives it back; it only says in `issaskeyset` whether it has one. */
  readonly saskey?: string;
  readonly children: readonly Component[];
}

/** `Step "COR connector: Update of msdyn_projectteam"` */
export function title({ kind, name }: Pick<Component, 'kind' | 'name'>): string {
  const word = { endpoint: 'Service endpoint', step: 'Step', image: 'Image' }[kind];
  return `${word} "${name}"`;
}
