import { describe, expect, it } from 'vitest';
import { sqlGuidKey } from '../../../local/dataverse/guid-order.ts';
import { guidOf } from '../../../local/events/cast.ts';
import { type Open, openDataverse } from './open-dataverse.ts';

const LIST = 'msdyn_resourceassignments?$select=msdyn_name';
const sized = (size: number) => ({ prefer: `odata.maxpagesize=${size}` });

interface Row {
  readonly msdyn_resourceassignmentid: string;
}

/** Follows the links; `between` is called after each page. */
async function pagesOf({ get }: Open, path: string, size: number, between?: (page: number) => void) {
  const pages: Row[][] = [];
  for (let link = path; link; ) {
    const { body, headers } = await get(link, sized(size));
    expect(headers.get('preference-applied')).toBe(`odata.maxpagesize=${size}`);
    pages.push(body.value as unknown as Row[]);
    between?.(pages.length);
    link = body['@odata.nextLink'];
  }
  return pages;
}

const idsOf = (pages: Row[][]) => pages.flat().map((row) => row.msdyn_resourceassignmentid);

describe('a long list', () => {
  it('comes page by page, every row once, in the order of its key', async () => {
    const dataverse = await openDataverse({ rows: { assignments: 1_003 } });
    const pages = await pagesOf(dataverse, LIST, 100);
    expect(pages.map(({ length }) => length)).toEqual([...Array(10).fill(100), 3]);
    const ids = idsOf(pages);
    expect(new Set(ids).size).toBe(1_003);
    expect(ids.map(sqlGuidKey)).toEqual(ids.map(sqlGuidKey).toSorted());
    expect(ids).not.toEqual(ids.toSorted());
  });

  it('can have its GUIDs in the order of their text', async () => {
    const dataverse = await openDataverse({ rows: { assignments: 300 }, switches: { guidOrder: 'text' } });
    const ids = idsOf(await pagesOf(dataverse, LIST, 70));
    expect(ids).toEqual(ids.toSorted());
  });

  it('has a link with the cookie of the page, absolute and encoded twice', async () => {
    const { get, url } = await openDataverse({ rows: { assignments: 10 } });
    const { body } = await get(`${LIST}&$filter=statecode eq 0`, sized(4));
    const link = String(body['@odata.nextLink']);
    expect(
      link.startsWith(`${url}/api/data/v9.2/msdyn_resourceassignments?$select=msdyn_name&$filter=`),
    ).toBe(true);
    const token = new URL(link).searchParams.get('$skiptoken') ?? '';
    const [, inner = ''] =
      /^<cookie pagenumber="2" pagingcookie="([^"]*)" istracking="False" \/>$/.exec(token) ?? [];
    const [first, last] = [0, 3].map((index) =>
      `{${body.value[index]?.msdyn_resourceassignmentid}}`.toUpperCase(),
    );
    expect(decodeURIComponent(inner)).toBe(
      `<cookie page="1"><msdyn_resourceassignmentid last="${last}" first="${first}" /></cookie>`,
    );
    const second = await get(link, sized(4));
    expect(second.body['@odata.nextLink']).toContain('pagenumber%3D%223%22');
    expect(second.body['@odata.nextLink'].match(/skiptoken/g)).toHaveLength(1);
  });

  it('has pages of 5,000 for a client that forgets to ask for less, and ignores $top beside a page size', async () => {
    const { get } = await openDataverse({ rows: { assignments: 5_010 } });
    const first = await get(LIST, sized(5));
    const second = await get(first.body['@odata.nextLink']);
    expect(second.body.value).toHaveLength(5_000);
    expect(second.headers.get('preference-applied')).toBeNull();
    expect((await get(LIST)).body.value).toHaveLength(5_000);
    expect((await get(LIST, sized(90_000))).body.value).toHaveLength(5_000);
    expect((await get(`${LIST}&$top=2`, sized(3))).body.value).toHaveLength(3);
  });

  it.each([
    'msdyn_effort',
    'msdyn_effort desc,msdyn_name',
    '_msdyn_projectid_value',
    'msdyn_projectid/msdyn_subject',
  ])('comes whole when it is ordered by %s, although many rows have the same', async (orderBy) => {
    const dataverse = await openDataverse({ rows: { assignments: 500, projects: 3 } });
    const ids = idsOf(await pagesOf(dataverse, `${LIST}&$orderby=${orderBy}`, 90));
    expect(new Set(ids).size).toBe(500);
    expect(ids).toHaveLength(500);
  });

  it('misses rows that are inserted behind the cursor, has those before it, and none twice', async () => {
    const dataverse = await openDataverse({ rows: { assignments: 100 } });
    // The last group counts first.
    const [early, late] = ['000000000001', 'ffffffffffff'].map((node) => `11111111-1111-4111-a111-${node}`);
    const add = (id: string | undefined) =>
      dataverse.create('msdyn_resourceassignment', { msdyn_resourceassignmentid: id, msdyn_name: 'new' });
    const ids = idsOf(
      await pagesOf(dataverse, LIST, 30, (page) => {
        if (page === 1) add(early);
        if (page === 2) add(late);
      }),
    );
    expect(ids).toContain(late);
    expect(ids).not.toContain(early);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(101);
  });

  it('goes on behind a row that was deleted meanwhile', async () => {
    const dataverse = await openDataverse({ rows: { assignments: 100 } });
    let last = '';
    const ids = idsOf(
      await pagesOf(dataverse, `${LIST}&$filter=msdyn_name ne 'nobody'`, 40, (page) => {
        if (page !== 1) return;
        const all = dataverse
          .rows('msdyn_resourceassignment')
          .map((row) => String(row.msdyn_resourceassignmentid))
          .toSorted((a, b) => (sqlGuidKey(a) < sqlGuidKey(b) ? -1 : 1));
        last = all[39] ?? '';
        dataverse.delete('msdyn_resourceassignment', last);
      }),
    );
    expect(ids).toContain(last);
    expect(ids).toHaveLength(100);
  });

  it('evaluates each page anew: a row that changed is read as it is now', async () => {
    const dataverse = await openDataverse({ rows: { assignments: 100 } });
    const pages = await pagesOf(dataverse, `${LIST}&$filter=statecode eq 0`, 30, (page) => {
      if (page !== 1) return;
      for (const row of dataverse.rows('msdyn_resourceassignment'))
        dataverse.update('msdyn_resourceassignment', String(row.msdyn_resourceassignmentid), {
          statecode: 1,
        });
    });
    expect(pages.map(({ length }) => length)).toEqual([30, 0]);
  });

  it('refuses a cookie that is damaged, or of another order', async () => {
    const { get } = await openDataverse({ rows: { assignments: 100 } });
    const { body } = await get(LIST, sized(10));
    const link = String(body['@odata.nextLink']);
    const answers = await Promise.all([
      get(`${LIST}&$skiptoken=nonsense`),
      get(link.replace('pagenumber', 'page')),
      get(link.replace('$select', '$orderby=msdyn_effort&$select')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  it('can lead to another server, where no token should go', async () => {
    const { get } = await openDataverse({ switches: { nextLinkOrigin: 'https://elsewhere.example' } });
    const { body } = await get('bookableresources?$select=name', sized(2));
    expect(body['@odata.nextLink']).toMatch(
      /^https:\/\/elsewhere\.example\/api\/data\/v9\.2\/bookableresources/,
    );
  });

  it('leaves out what the user may not read, without a word', async () => {
    const id = guidOf('msdyn_resourceassignment row Survey the piers');
    const dataverse = await openDataverse({ switches: { hiddenRows: [id] } });
    const ids = idsOf(await pagesOf(dataverse, LIST, 2));
    expect(ids).not.toContain(id);
    expect(ids).toHaveLength(dataverse.rows('msdyn_resourceassignment').length - 1);
  });
});
