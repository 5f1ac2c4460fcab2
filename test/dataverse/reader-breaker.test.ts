import { expect, test } from 'vitest';
import { DataverseError, type DataverseFailure } from '../../src/dataverse/dataverse-error.ts';
import { ReaderBreaker } from '../../src/dataverse/reader-breaker.ts';

type Kind = Pick<DataverseFailure, 'class'> & Partial<DataverseFailure>;

function setUp() {
  const clock = { now: 0 };
  const told: string[] = [];
  const breaker = new ReaderBreaker({
    now: () => clock.now,
    onOpen: ({ description }, waitMs) => told.push(`open ${description} ${waitMs}`),
    onClose: () => told.push('closed'),
  });
  const fail = (failure: Kind) =>
    breaker
      .run(() => Promise.reject(new DataverseError({ description: 'away', ...failure })))
      .catch((error: DataverseError) => error.failure.class);
  return { breaker, clock, told, fail, succeed: () => breaker.run(async () => 'read') };
}

test('opens after three lost answers in a row, lets one probe out at growing distances, closes when it succeeds', async () => {
  const { breaker, clock, told, fail, succeed } = setUp();
  await fail({ class: 'transient' });
  await fail({ class: 'transient' });
  await succeed();
  for (let times = 0; times < 3; times += 1) expect(await fail({ class: 'transient' })).toBe('transient');
  expect(told).toEqual(['open away 1000']);
  expect(await fail({ class: 'transient' })).toBe('paused');
  clock.now = 1_000;
  expect(await fail({ class: 'transient' })).toBe('transient');
  clock.now = 2_999;
  expect(await fail({ class: 'transient' })).toBe('paused');
  clock.now = 3_000;
  const probe = succeed();
  await expect(succeed()).rejects.toMatchObject({ failure: { class: 'paused' } });
  expect(await probe).toBe('read');
  expect(told).toEqual(['open away 1000', 'closed']);
  expect(breaker.failure).toBeUndefined();
});

test('opens at once where nobody is let in, and stays away as long as Dataverse asks', async () => {
  const { clock, fail } = setUp();
  await fail({ class: 'auth', retryAfterMs: 30_000 });
  clock.now = 29_999;
  expect(await fail({ class: 'auth' })).toBe('paused');
  clock.now = 30_000;
  expect(await fail({ class: 'auth' })).toBe('auth');
});

test('what concerns one row alone opens nothing', async () => {
  const { breaker, fail } = setUp();
  for (let times = 0; times < 5; times += 1) {
    await fail({ class: 'rejected', status: 404 });
    await fail({ class: 'auth', status: 403, code: '0x80048306' });
  }
  expect(breaker.failure).toBeUndefined();
});
