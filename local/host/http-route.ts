import type { BindingInfo } from './core-types.ts';

export interface HttpRoute {
  readonly functionName: string;
  readonly bindingName: string;
  readonly methods: ReadonlySet<string>;
  readonly anonymous: boolean;
  readonly path: RegExp;
}

/**
 * The route of an HTTP trigger: its `route` under the prefix, by default the function's name. Templates may
 * have `{name}` segments and a `{name?}` at the end; constraints and catch-alls are refused.
 */
export function httpRoute(
  functionName: string,
  bindingName: string,
  binding: BindingInfo,
  routePrefix: string,
): HttpRoute {
  const route = typeof binding.route === 'string' ? binding.route : functionName;
  const methods = Array.isArray(binding.methods) ? binding.methods : ['GET', 'POST'];
  const segments = `${routePrefix}/${route}`.split('/').filter((segment) => segment !== '');
  return {
    functionName,
    bindingName,
    methods: new Set(methods.map((method) => String(method).toUpperCase())),
    anonymous: String(binding.authLevel ?? 'anonymous').toLowerCase() === 'anonymous',
    path: new RegExp(`^${segments.map((segment) => segmentPattern(functionName, segment)).join('')}/?$`, 'i'),
  };
}

function segmentPattern(functionName: string, segment: string): string {
  const parameter = /^\{(\w+)(\??)\}$/.exec(segment);
  if (parameter) {
    const pattern = `/(?<${parameter[1]}>[^/]+)`;
    return parameter[2] ? `(?:${pattern})?` : pattern;
  }
  if (/[{}]/.test(segment)) {
    throw new Error(
      `Function "${functionName}": route segment "${segment}" is not served by this stand-in; use {name} or {name?}`,
    );
  }
  return `/${segment.replace(/[\\^$.*+?()[\]|]/g, '\\$&')}`;
}
