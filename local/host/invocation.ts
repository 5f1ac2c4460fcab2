import type { App, RegisteredFunction } from './core-api.ts';
import type {
  CoreInvocationContext,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
} from './core-types.ts';

export type InvocationLog = (level: LogLevel, category: LogCategory, message: string) => void;

export type InvocationResult =
  | { readonly succeeded: true; readonly response: InvocationResponse }
  | { readonly succeeded: false; readonly error: string };

/**
 * Runs one invocation through the app's programming model, in the worker's own order
 * (Azure/azure-functions-nodejs-worker, src/eventHandlers/InvocationHandler.ts): arguments, preInvocation
 * hooks, handler, postInvocation hooks, response. Never rejects.
 */
export async function invoke(
  app: App,
  { metadata, callback }: RegisteredFunction,
  request: InvocationRequest,
  log: InvocationLog,
): Promise<InvocationResult> {
  try {
    return { succeeded: true, response: await runInvocation(app, { metadata, callback }, request, log) };
  } catch (error) {
    return { succeeded: false, error: error instanceof Error ? error.message : String(error) };
  }
}

async function runInvocation(
  app: App,
  { metadata, callback }: RegisteredFunction,
  request: InvocationRequest,
  log: InvocationLog,
): Promise<InvocationResponse> {
  if (!app.programmingModel) throw new Error(`Function "${metadata.name}" has no programming model`);
  const core: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata,
    state: undefined,
    log(level, category, message) {
      const entry = { ...hookBase, invocationContext: context, category, level, message };
      for (const hook of app.hooks.log) hook(entry);
      // A log hook may change what the app wrote, never what the system wrote.
      if (category === 'user') log(entry.level, category, entry.message);
      else log(level, category, message);
    },
  };
  const hookBase = { hookData: {}, appHookData: app.hookData };
  let context: unknown;

  const model = await app.programmingModel.getInvocationModel(core);
  const args = await model.getArguments();
  context = args.context;

  const before = {
    ...hookBase,
    invocationContext: context,
    inputs: args.inputs,
    functionCallback: callback,
  };
  core.state = 'preInvocationHooks';
  for (const hook of app.hooks.preInvocation) await hook(before);

  const after: { inputs: unknown[]; result: unknown; error: unknown } & typeof hookBase = {
    ...hookBase,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  core.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  core.state = 'postInvocationHooks';
  const afterContext = Object.assign(after, { invocationContext: context });
  for (const hook of app.hooks.postInvocation) await hook(afterContext);
  core.state = undefined;

  // The worker asks only whether the error is null or undefined, so a handler that rejects with nothing has
  // succeeded.
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}
