import { describe, expect, test } from 'vitest';
import { guidOf } from '../../local/events/cast.ts';
import { entityJson } from '../dynamics/context-json.ts';
import { NOW } from './handled-message.ts';
import { body, environment, image, lookup, robin, sam } from './row-environment.ts';

describe('a user who has to be looked up', () => {
  const preset = 'resource-assignment-entra';
  const moved = (id: string) =>
    body(id, {
      InputParameters: [
        {
          key: 'Target',
          value: entityJson({ msdyn_bookableresourceid: lookup(robin.id, 'bookableresource') }),
        },
      ],
      PreEntityImages: image('PreImage', sam.id),
      PostEntityImages: image('PostImage', robin.id),
    });
  const forget = { azureactivedirectoryobjectid: null };
  const userOf = ({ name }: { name: string }) => guidOf(`systemuser ${name}`);
  const entra = ({ name }: { name: string }) => guidOf(`entra ${name}`);

  test('is found, and the change remembers from which resource', async () => {
    const { id, handle } = await environment({ preset });
    const { submitted, lines } = await handle({ body: moved(id) });
    expect(submitted.map(({ user, request }) => [user, request.changes[0]])).toMatchObject([
      [entra(sam), { kind: 'remove', why: 'moved' }],
      [entra(robin), { kind: 'put', source: robin.id }],
    ]);
    expect(lines.at(-1)).toMatchObject({ outcome: 'succeeded' });
  });

  test('and is not found: the old user loses the row at once, the rest waits, then is given up with the path', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    dataverse.update('systemuser', userOf(robin), forget);
    const first = await handle({ body: moved(id) });
    expect(first.submitted.map(({ user }) => user)).toEqual([entra(sam)]);
    expect(first.lines.at(-1)).toMatchObject({ evt: 'message.retried', errorCode: 'UNIDENTIFIED' });
    const { applicationProperties } = first.copies[0]?.copy ?? {};
    expect(applicationProperties).toMatchObject({ corUnidentifiedSince: new Date(NOW).toISOString() });
    expect(applicationProperties).not.toHaveProperty('corUnmappedSince');
    const since = { corAttempt: 3, corUnidentifiedSince: new Date(NOW - 900_000).toISOString() };
    const last = await handle({ body: moved(id), metadata: { applicationProperties: since } });
    expect(last.deadLetters).toEqual([
      {
        reason: 'UserUnidentified',
        description: expect.stringContaining(
          `bookableresource ${robin.id} > UserId: azureactivedirectoryobjectid`,
        ),
      },
    ]);
    expect(last.deadLetters[0]?.description).toContain(id);
  });

  test('of two resources keeps the row that moves between them, and is not told a removal', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    dataverse.update('systemuser', userOf(robin), { azureactivedirectoryobjectid: entra(sam) });
    const { submitted } = await handle({ body: moved(id) });
    expect(submitted.map(({ user, request }) => [user, request.changes.map(({ kind }) => kind)])).toEqual([
      [entra(sam), ['put']],
    ]);
  });

  test('is no person: skipped with a reason of its own', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    dataverse.update('bookableresource', robin.id, { resourcetype: 1 });
    const created = body(id, { MessageName: 'Create', PostEntityImages: image('PostImage', robin.id) });
    const { lines } = await handle({ body: created });
    expect(lines.at(-1)).toMatchObject({ outcome: 'skipped', skipReason: 'notAPerson' });
  });

  test('while Dataverse is away: what is known is applied, the message comes back', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    await handle({ body: body(id, { MessageName: 'Create', PostEntityImages: image('PostImage', sam.id) }) });
    dataverse.set({ missingPrivileges: ['prvReadUser'] });
    const { submitted, lines } = await handle({ body: moved(id) });
    expect(submitted.map(({ user }) => user)).toEqual([entra(sam)]);
    expect(lines.at(-1)).toMatchObject({
      evt: 'message.retried',
      dependency: 'dataverse',
      errorCode: '0x80040220',
    });
  });
});
