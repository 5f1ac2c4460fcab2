import type { Row, WebApi } from '../../src/dataverse/web-api.ts';
import { type ComponentKind, STORAGE, title } from './component.ts';
import type { OnDone } from './register.ts';
import type { Registered } from './registered.ts';

interface Removal {
  readonly kind: ComponentKind;
  readonly row: Row;
  /** For people. */
  readonly name: string;
}

/** All that hangs on the endpoint, in the order in which Dataverse lets it go: images, steps, endpoint. */
export function removals({ endpoint, steps }: Registered): Removal[] {
  const removal = (kind: ComponentKind, row: Row): Removal => ({
    kind,
    row,
    name: title({ kind, name: String(row.name) }),
  });
  return [
    ...steps.flatMap(({ row, images }) =>
      images.map((image) => {
        const own = removal('image', image);
        return { ...own, name: `${own.name} of ${row.name}` };
      }),
    ),
    ...steps.map(({ row }) => removal('step', row)),
    ...(endpoint ? [removal('endpoint', endpoint)] : []),
  ];
}

export async function remove(api: WebApi, all: readonly Removal[], onDone: OnDone): Promise<void> {
  for (const { kind, row, name } of all) {
    const { entitySet, idColumn } = STORAGE[kind];
    await api.delete(`${entitySet}(${row[idColumn]})`);
    onDone(`${name} removed.`);
  }
}
