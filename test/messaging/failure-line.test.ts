import { describe, expect, it } from 'vitest';
import { handleOne } from './handled-message.ts';

describe('the line of a message that failed', () => {
  it('without a lock token it is held and told, and not failed ten times in milliseconds', async () => {
    const { lines, slept, thrown, submitted } = await handleOne({ metadata: { lockToken: undefined } });
    expect(thrown).toMatchObject({ name: 'MissingLockToken' });
    expect(lines).toMatchObject([
      { evt: 'message.held', errorCode: 'MissingLockToken' },
      { evt: 'message.abandoned', errorCode: 'MissingLockToken' },
    ]);
    expect(slept[0]).toBeGreaterThanOrEqual(1_000);
    expect(submitted).toEqual([]);
  });

  it('names the service that failed, with its HTTP status and code', async () => {
    const { lines } = await handleOne({
      failure: {
        service: 'storage',
        class: 'transient',
        status: 403,
        code: 'AuthorizationFailure',
        description: 'No right.',
      },
    });
    expect(lines).toMatchObject([
      {
        evt: 'message.retried',
        dependency: 'storage',
        httpStatus: 403,
        errorClass: 'transient',
        errorCode: 'AuthorizationFailure',
      },
    ]);
  });

  it('has no code where the service gave none: the class stands beside it anyway', async () => {
    const { lines } = await handleOne({
      failure: { service: 'cor', class: 'auth', status: 403, description: 'Forbidden.' },
    });
    expect(lines).toMatchObject([{ dependency: 'cor', errorClass: 'auth', httpStatus: 403 }]);
    expect(lines[0]).not.toHaveProperty('errorCode');
  });

  it('names Service Bus where the copy could not be sent', async () => {
    const gone = Object.assign(new Error('gone'), { code: 'ServiceCommunicationProblem' });
    const { lines } = await handleOne({
      failure: { service: 'cor', class: 'transient', description: 'No answer.' },
      sends: [gone, gone],
    });
    expect(lines).toMatchObject([
      { evt: 'message.held', dependency: 'serviceBus', errorCode: 'RescheduleError' },
      { evt: 'message.abandoned', dependency: 'serviceBus', errorCode: 'RescheduleError' },
    ]);
  });
});
