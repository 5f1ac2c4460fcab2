import Module from 'node:module';
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  HookName,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from './core-types.ts';

/** The worker and host whose behaviour this stand-in follows. */
const WORKER_VERSION = '3.9.1';
const HOST_VERSION = '4.1045.0';

const HOOK_NAMES: ReadonlySet<string> = new Set<HookName>([
  'preInvocation',
  'postInvocation',
  'appStart',
  'appTerminate',
  'log',
]);

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** What an app has told the core API so far. */
export interface App {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Record<HookName, HookCallback[]>;
  /** Shared by all hooks of the app (`appHookData`). */
  readonly hookData: Record<string, unknown>;
  programmingModel: ProgrammingModel | undefined;
  started: boolean;
}

export function createApp(): App {
  return {
    functions: new Map(),
    hooks: { preInvocation: [], postInvocation: [], appStart: [], appTerminate: [], log: [] },
    hookData: {},
    programmingModel: undefined,
    started: false,
  };
}

class Disposable {
  readonly #onDispose: () => unknown;

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }

  dispose(): unknown {
    return this.#onDispose();
  }
}

/**
 * Makes `require('@azure/functions-core')` give the core API, in the way the real worker does it
 * (Azure/azure-functions-nodejs-worker, src/setupCoreModule.ts): the name is intercepted and never resolved.
 */
export function provideCoreApi(
  app: App,
  log: (level: LogLevel, category: LogCategory, message: string) => void,
): void {
  const coreApi = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    log,
    setProgrammingModel(model: ProgrammingModel) {
      app.programmingModel = model;
    },
    getProgrammingModel: () => app.programmingModel,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      refuseAfterStart(app, `Function "${metadata.name}" can be registered only while the app starts`);
      if (app.functions.has(metadata.name)) {
        throw new Error(`A function named "${metadata.name}" is registered already`);
      }
      app.functions.set(metadata.name, { metadata, callback });
      return new Disposable(() => {
        refuseAfterStart(app, `Function "${metadata.name}" can be disposed only while the app starts`);
        app.functions.delete(metadata.name);
      });
    },
    registerHook(name: string, callback: HookCallback) {
      if (!isHookName(name)) throw new RangeError(`Unrecognized hook "${name}"`);
      const hooks = app.hooks[name];
      hooks.push(callback);
      return new Disposable(() => {
        const index = hooks.indexOf(callback);
        if (index >= 0) hooks.splice(index, 1);
      });
    },
  };

  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self, args: [string]) =>
      args[0] === '@azure/functions-core' ? coreApi : Reflect.apply(target, self, args),
  });
}

function isHookName(name: string): name is HookName {
  return HOOK_NAMES.has(name);
}

function refuseAfterStart(app: App, message: string): void {
  if (app.started) throw new Error(message);
}
