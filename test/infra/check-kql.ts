import { createRequire } from 'node:module';
import { TABLES } from './tables.ts';

/** The part of `@kusto/language-service-next` that is used here. It is compiled from C#, and its own types say nothing of overloads. */
interface Diagnostic {
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
}

interface Column {
  readonly Name: string;
  readonly Type: { readonly Name: string };
}

interface Analyzed {
  GetDiagnostics(): unknown;
  readonly ResultType: { readonly Columns?: unknown } | null;
}

interface Language {
  readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } };
  readonly KustoCode: { ParseAndAnalyze(query: string, globals: object): Analyzed };
  readonly Symbols: {
    readonly DatabaseSymbol: { readonly ctor: new (name: string, members: object[]) => object };
    readonly TableSymbol: {
      readonly $ctor7: new (name: string, schema: string, description: null) => object;
    };
  };
}

interface Loaded {
  readonly Kusto: { readonly Language: Language };
  readonly Bridge: {
    getEnumerator(list: unknown): { moveNext(): boolean; readonly Current: unknown };
  };
}

/** What the compiler says of a query: its complaints, and the columns of its result with their types. */
interface CheckedQuery {
  /** `line: message`, warnings included. */
  readonly problems: readonly string[];
  readonly columns: ReadonlyMap<string, string>;
}

function list<T>({ Bridge }: Loaded, items: unknown): T[] {
  const found: T[] = [];
  const enumerator = Bridge.getEnumerator(items);
  while (enumerator.moveNext()) found.push(enumerator.Current as T);
  return found;
}

function load(): { loaded: Loaded; globals: object } {
  const require = createRequire(import.meta.url);
  // Not modules: both put what they hold on the global object.
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  const loaded = globalThis as unknown as Loaded;
  const { Symbols, GlobalState } = loaded.Kusto.Language;
  const tables = [...TABLES].map(([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema, null));
  const database = new Symbols.DatabaseSymbol.ctor('workspace', tables);
  return { loaded, globals: GlobalState.Default.WithDatabase(database) };
}

let language: ReturnType<typeof load> | undefined;

/** Parses and type-checks a query of the workspace's tables, as Log Analytics would before it runs it. */
export function checkKql(query: string): CheckedQuery {
  language ??= load();
  const { loaded, globals } = language;
  const code = loaded.Kusto.Language.KustoCode.ParseAndAnalyze(query, globals);
  const problems = list<Diagnostic>(loaded, code.GetDiagnostics()).map(({ Message, Start }) => {
    const line = query.slice(0, Start).split('\n').length;
    return `${line}: ${Message}`;
  });
  const columns = list<Column>(loaded, code.ResultType?.Columns ?? []).map(
    ({ Name, Type }) => [Name, Type.Name] as const,
  );
  return { problems, columns: new Map(columns) };
}
