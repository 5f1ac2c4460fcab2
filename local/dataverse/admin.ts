import { isObject } from '../../src/json.ts';
import { readFault } from './faults.ts';
import type { LocalDataverse } from './options.ts';
import { badPayload, noSegment } from './refusal.ts';
import type { Reply } from './request.ts';
import type { SwitchInput } from './switches.ts';

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined) return {};
  if (isObject(body)) return body;
  throw badPayload('The body should be a JSON object.');
}

function sayingWhatIsWrong<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw badPayload((error as Error).message);
  }
}

function onRows(dataverse: LocalDataverse, method: string, parts: readonly string[], body: unknown): Reply {
  const [table = '', id, action] = parts;
  const { withEvent, ...columns } = objectOf(body);
  const options = { withEvent: withEvent !== false };
  const row = (json: unknown): Reply => ({ status: 200, json });
  switch (`${method}${id === undefined ? '' : ' id'}${action === undefined ? '' : ` ${action}`}`) {
    case 'GET':
      return row(dataverse.rows(table));
    case 'POST':
      return row({ id: dataverse.create(table, columns, options) });
    case 'GET id':
      return row(dataverse.row(table, id ?? ''));
    case 'PATCH id':
      return row(dataverse.update(table, id ?? '', columns, options));
    case 'DELETE id':
      dataverse.delete(table, id ?? '', options);
      return row({ done: true });
    case 'POST id restore':
      return row(dataverse.restore(table, id ?? '', columns, options));
    default:
      throw noSegment(parts.join('/'));
  }
}

/**
 * The local Dataverse's own endpoints, outside the Web API and without a token; bodies and answers are JSON, tables by logical name:
 * GET|PUT /admin/switches · GET|POST /admin/rows/{table} · GET|PATCH|DELETE /admin/rows/{table}/{id} ·
 * POST /admin/rows/{table}/{id}/restore · GET /admin/messages · GET|DELETE /admin/requests · POST|DELETE /admin/faults
 * Columns by logical name, a lookup as an id; `"withEvent": false` beside them leaves the steps out, as a bulk load may.
 * curl -X PATCH ADMIN_URL/rows/msdyn_resourceassignment/ID -d '{"msdyn_effort": 30}'
 */
export function admin(dataverse: LocalDataverse, method: string, path: string, body: unknown): Reply {
  const [what = '', ...parts] = path.split('/').slice(2).map(decodeURIComponent);
  if (what === 'rows') return onRows(dataverse, method, parts, body);
  switch (`${method} ${what}`) {
    case 'GET switches':
      return { status: 200, json: dataverse.store.switches };
    case 'PUT switches':
      sayingWhatIsWrong(() => dataverse.set(objectOf(body) as SwitchInput));
      return { status: 200, json: dataverse.store.switches };
    case 'GET messages':
      return {
        status: 200,
        json: dataverse.messages.map((message) => ({ ...message, body: message.body.toString() })),
      };
    case 'GET requests':
      return { status: 200, json: dataverse.requests };
    case 'DELETE requests':
      dataverse.requests.length = 0;
      return { status: 200, json: { done: true } };
    case 'POST faults':
      dataverse.faults.push(sayingWhatIsWrong(() => readFault(body)));
      return { status: 200, json: dataverse.faults };
    case 'DELETE faults':
      dataverse.faults.length = 0;
      return { status: 200, json: { done: true } };
    default:
      throw noSegment(what);
  }
}
