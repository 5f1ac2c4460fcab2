/**
 * A stand-in for a Dataverse environment, for trying the connector and for its tests: tables with rows that
 * are read and written by the Web API, and steps that post what happened to a row. It is not Dataverse: it is
 * written from the public documentation and captured replies; where those are silent the behaviour is a
 * switch (switches.ts). Nothing here proves what a real environment does.
 *
 *   const dataverse = await startLocalDataverse({
 *     rows: 'samples',                        // or { assignments: 200_000 }, or none
 *     steps: [{ table: mapping.table, queue: 'assignments', ...requiredColumns(mapping) }],
 *     onMessage: createQueuePoster(connectionString).post,   // queue-poster.ts; or whatever else hears of messages
 *   });
 *   fetch(`${dataverse.url}/api/data/v9.2/msdyn_resourceassignments?$select=msdyn_effort`, { headers: {
 *     authorization: `Bearer ${dataverse.token}`, accept: 'application/json', 'odata-version': '4.0', 'odata-maxversion': '4.0' } });
 *   dataverse.update('msdyn_resourceassignment', id, { msdyn_effort: 30 });     // row, version and message; so do POST, PATCH, DELETE
 *   dataverse.update('msdyn_resourceassignment', id, { msdyn_effort: 31 }, { withEvent: false });               // the event is lost
 *   dataverse.set({ missingPrivileges: ['prvReadUser'] });                                                // what is wrong with it
 *   dataverse.faults.push({ on: 'msdyn_resourceassignments', skip: 2, how: 'cut' });                  // the third page breaks off
 *   await dataverse.close();
 *
 * Where the connector gets its token from an identity endpoint, give that token as `token`, or
 * `acceptsToken`. The same by HTTP, for people: admin.ts. It tells apart what a client does wrong, so it is
 * stricter than Dataverse with headers.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ORGANIZATION } from '../events/cast.ts';
import { createRow, deleteRow, restoreRow, updateRow, type WriteOptions } from './data-rows.ts';
import { addGeneratedRows } from './generated-rows.ts';
import { serveRequest } from './http.ts';
import type { LocalDataverse, LocalDataverseOptions } from './options.ts';
import { readColumns } from './payload.ts';
import { type PostedMessage, postedMessages } from './post-event.ts';
import { noSegment } from './refusal.ts';
import { registerSteps } from './register-steps.ts';
import type { RowEvent } from './row-event.ts';
import { addSampleRows } from './sample-rows.ts';
import { createStore, findRow, findTable, type Store } from './store.ts';
import { readSwitches } from './switches.ts';
import type { EntitySet } from './table.ts';
import { createThrottle } from './throttle.ts';

const MAX_MESSAGES = 10_000;
const MAX_HEADER_BYTES = 64 * 1024;

function setOf(store: Store, table: string): EntitySet {
  const [entitySet] = findTable(store, table) ?? [];
  if (entitySet === undefined) throw noSegment(table);
  return entitySet;
}

/** What a program does to rows without the Web API. */
function rowsOf(
  store: Store,
): Pick<LocalDataverse, 'rows' | 'row' | 'create' | 'update' | 'delete' | 'restore'> {
  return {
    rows: (table) => [...store.rows[setOf(store, table)].values()],
    row: (table, id) => findRow(store, setOf(store, table), id),
    create(table, columns, options: WriteOptions = {}) {
      const entitySet = setOf(store, table);
      const { [`${table}id`]: id, ...others } = columns;
      const given = readColumns(store, entitySet, others);
      const row = createRow(store, entitySet, given, { ...options, ...(typeof id === 'string' && { id }) });
      return String(row[`${table}id`]);
    },
    update(table, id, columns, options) {
      const entitySet = setOf(store, table);
      return updateRow(store, entitySet, id, readColumns(store, entitySet, columns), options);
    },
    delete: (table, id, options) => deleteRow(store, setOf(store, table), id, options),
    restore(table, id, columns = {}, options = {}) {
      const entitySet = setOf(store, table);
      return restoreRow(store, entitySet, id, readColumns(store, entitySet, columns), options);
    },
  };
}

/** Starts a local Dataverse on a port of 127.0.0.1. */
export async function startLocalDataverse(options: LocalDataverseOptions = {}): Promise<LocalDataverse> {
  const { organization = ORGANIZATION, now = Date.now } = options;
  const messages: PostedMessage[] = [];
  let { token = 'local-dataverse-token' } = options;

  function post(event: RowEvent): void {
    for (const message of postedMessages(store, event, organization)) {
      if (messages.push(message) > MAX_MESSAGES) messages.shift();
      options.onMessage?.(message);
    }
  }

  const store = createStore(options, readSwitches(options.switches ?? {}), { now, onEvent: post });
  if (options.rows === 'samples') addSampleRows(store);
  else if (options.rows) addGeneratedRows(store, options.rows);
  for (const steps of options.steps ?? []) registerSteps(store, steps);

  const throttle = createThrottle();
  // URLs may be longer than Node takes by default: http.ts refuses those that Dataverse would.
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    void serveRequest({ dataverse, options, organization, throttle }, request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const dataverse: LocalDataverse = {
    url,
    adminUrl: `${url}/admin`,
    get token() {
      return token;
    },
    store,
    requests: [],
    faults: [],
    messages,
    ...rowsOf(store),
    set: (changed) => void Object.assign(store.switches, readSwitches({ ...store.switches, ...changed })),
    setToken(changed) {
      token = changed;
    },
    registerSteps: (steps) => registerSteps(store, steps),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return dataverse;
}
