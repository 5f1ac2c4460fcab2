/**
 * What the local Dataverse answers instead of doing what was asked, in the form and with the codes that the
 * Web API uses where they are known.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const badPayload = (message: string) => new Refusal(400, '0x80048d19', message);
export const badQuery = (message: string) => new Refusal(400, '0x80060888', message);
/** The code is seen to be empty at times: see the switch `missingRowCode`. */
export const notThere = (logicalName: string, id: string, code = '0x80040217') =>
  new Refusal(404, code, `${logicalName} With Id = ${id} Does Not Exist`);
export const noSegment = (segment: string) =>
  new Refusal(404, '0x8006088a', `Resource not found for the segment '${segment}'.`);
/** A rule that the documentation states without a code. */
export const brokenRule = (message: string) => new Refusal(400, '0x80040203', message);
