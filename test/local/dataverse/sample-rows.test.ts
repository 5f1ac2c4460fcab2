import { describe, expect, it } from 'vitest';
import { listSamples, type Sample } from '../../../local/events/samples.ts';
import { openDataverse } from './open-dataverse.ts';

interface Told {
  readonly id: string;
  readonly table: string;
  readonly message: string;
  /** Of the post image, where there is one. */
  readonly version: number | undefined;
}

interface Context {
  readonly PrimaryEntityId: string;
  readonly PrimaryEntityName: string;
  readonly MessageName: string;
  readonly PostEntityImages:
    | null
    | readonly {
        readonly value: { readonly Attributes: readonly { readonly key: string; readonly value: unknown }[] };
      }[];
}

function told({ body, ending, name }: Sample): Told[] {
  const isReadable = !['UnsupportedFormat', 'NotJson', 'NotRemoteExecutionContext'].includes(ending);
  if (!isReadable || name.includes('another-table')) return [];
  const context: Context = JSON.parse(body.toString());
  const attributes = context.PostEntityImages?.flatMap(({ value }) => value.Attributes) ?? [];
  const version = attributes.find(({ key }) => key === 'versionnumber')?.value;
  return [
    {
      id: context.PrimaryEntityId,
      table: context.PrimaryEntityName,
      message: context.MessageName,
      version: version === undefined ? undefined : Number(version),
    },
  ];
}

const SETS: Readonly<Record<string, string>> = {
  msdyn_resourceassignment: 'msdyn_resourceassignments',
  msdyn_projectteam: 'msdyn_projectteams',
};

describe('the rows of the samples', () => {
  const last = new Map(
    listSamples()
      .flatMap(told)
      .map((event) => [event.id, event]),
  );

  it('are those that the events speak of, and as new as the last of them', async () => {
    const { get } = await openDataverse();
    for (const { id, table, message, version = 0 } of last.values()) {
      const { status, body } = await get(`${SETS[table]}(${id})?$select=versionnumber`);
      expect([message, status]).toEqual([message, message === 'Delete' ? 404 : 200]);
      if (status === 200) expect(Number(body.versionnumber)).toBeGreaterThanOrEqual(version);
    }
    expect(last.size).toBeGreaterThan(15);
  });

  it('have what the incomplete events left out', async () => {
    const { get } = await openDataverse();
    const incomplete = listSamples().filter(({ ending }) =>
      ['MissingImage', 'TruncatedMessage'].includes(ending),
    );
    const owners = await Promise.all(
      incomplete.flatMap(told).map(async ({ id, table }) => {
        const { body } = await get(`${SETS[table]}(${id})?$select=_msdyn_bookableresourceid_value`);
        return body._msdyn_bookableresourceid_value;
      }),
    );
    expect(owners).toEqual([expect.any(String), expect.any(String), undefined]);
  });

  it('refer to rows that are there', async () => {
    const { store } = await openDataverse();
    for (const [entitySet, table] of store.tables)
      for (const { column, entitySet: target } of Object.values(table.lookups))
        for (const row of store.rows[entitySet].values()) {
          const id = row[column];
          if (typeof id === 'string') expect([column, store.rows[target].has(id)]).toEqual([column, true]);
        }
  });
});
