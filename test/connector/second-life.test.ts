import { expect, it } from 'vitest';
import { guidOf, PROJECTS, RESOURCES } from '../../local/events/cast.ts';
import {
  type Columns,
  executionContext,
  jsonBody,
  type RowChange,
} from '../../local/events/dataverse-message.ts';
import { seededRandom } from '../../local/histories/random.ts';
import { startConnector } from './one-connector.ts';

const START = Date.UTC(2026, 5, 8, 7);
const MINUTE = 60_000;
const USER = RESOURCES.kim.id;
const PROJECT = PROJECTS.orchard.id;

/** The row in its version, with work for the week of 8 June 2026. */
const row = (version: number, hours: number): Columns => ({
  msdyn_bookableresourceid: RESOURCES.kim,
  msdyn_projectid: PROJECTS.orchard,
  msdyn_effort: hours,
  msdyn_start: new Date('2026-06-08T08:00:00Z'),
  msdyn_finish: new Date('2026-06-12T16:00:00Z'),
  statecode: { option: 0 },
  versionnumber: version,
  modifiedon: new Date(START + version * 1_000),
});

type Images = Pick<RowChange, 'pre' | 'post' | 'organization'>;

const event = (message: RowChange['message'], label: string, images: Images): Buffer =>
  jsonBody(
    executionContext({
      message,
      table: 'msdyn_resourceassignment',
      id: guidOf('a row with two lives'),
      target: {},
      primaryName: 'Grafting',
      at: new Date(START),
      label,
      ...images,
    }),
  );

/** A row that is created, deleted and restored under its id; it lives on with ever higher versions. */
const LIVES = {
  created: event('Create', 'created', { post: row(410, 10) }),
  deleted: event('Delete', 'deleted', { pre: row(410, 10) }),
  restored: event('Restore', 'restored', { post: row(730, 10) }),
  createdAgain: event('Create', 'created again', { post: row(730, 10) }),
  updated: event('Update', 'updated', { pre: row(730, 10), post: row(745, 30) }),
} as const;

const setUp = () =>
  startConnector({ users: [USER], workspaces: [PROJECT], settings: { COR_TODAY: '2026-06-10' } });

it('a row that is deleted and restored under its id is attached again', async () => {
  const { sandbox, handle } = await setUp();
  const ends: (string | undefined)[] = [];
  const held: (number | undefined)[] = [];
  for (const [index, body] of Object.values(LIVES).entries()) {
    const line = await handle(body, START + index * MINUTE);
    ends.push(line?.deadLetterReason ?? line?.outcome);
    held.push(sandbox.state()[USER]?.[PROJECT]);
  }
  // Without a Dataverse to read from, the Restore itself says nothing that could be relied on.
  expect(ends).toEqual(['succeeded', 'succeeded', 'MissingImage', 'succeeded', 'succeeded']);
  expect(held).toEqual([25, undefined, undefined, 25, 75]);
});

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'and ends as its last version, in whatever order the messages come and some of them twice (order %i)',
  async (seed) => {
    const { sandbox, handle } = await setUp();
    const { created, deleted, restored } = LIVES;
    const bodies = seededRandom(seed).shuffle([...Object.values(LIVES), created, deleted, restored]);
    for (const [index, body] of bodies.entries()) {
      const line = await handle(body, START + index * MINUTE);
      expect(line?.deadLetterReason).toBe(body === restored ? 'MissingImage' : undefined);
    }
    expect(sandbox.state()).toEqual({ [USER]: { [PROJECT]: 75 } });
  },
);

it('an event of a copied environment, which brings the steps along, changes nothing', async () => {
  const { sandbox, handle } = await setUp();
  await handle(LIVES.created, START);
  const copy = { id: guidOf('a copy of the environment'), name: 'unqcopy' };
  const update = event('Update', 'copied', { pre: row(410, 10), post: row(900, 40), organization: copy });
  expect(await handle(update, START + MINUTE)).toMatchObject({
    outcome: 'deadlettered',
    deadLetterReason: 'WrongOrganization',
  });
  expect(sandbox.state()).toEqual({ [USER]: { [PROJECT]: 25 } });
});
