/**
 * Which module is running: nodes carry the path of the module that made them
 * (`decoder.layers.3.self_attn`), for errors, profiles and memory reports.
 *
 * @module
 */
import { inScope, type Tensor, withScope } from '@llm/tensor';
import { dependOnHooks, probesOf } from './hooks.ts';

/** What is asked of a module here. */
interface Running {
  namedModules(): Iterable<readonly [path: string, module: object]>;
}

/** Paths of the modules below the one whose `forward` was called from outside. */
let paths: ReadonlyMap<object, string> | undefined;

/** The innermost module whose `forward` runs. */
let running: object | undefined;

/** Runs `body` with the path of `module` below the outermost running module as its scope. */
export function runAs<T>(module: Running, body: () => T): T {
  const outer = running;
  running = module;
  try {
    if (paths) {
      const path = paths.get(module);
      // A module that is no field of the outermost one (made on the fly) is named by its class.
      return path === undefined ? withScope(module.constructor.name, body) : inScope(path, body);
    }
    dependOnHooks();
    paths = new Map(Array.from(module.namedModules(), ([path, found]) => [found, path]));
    try {
      return body();
    } finally {
      paths = undefined;
    }
  } finally {
    running = outer;
  }
}

/**
 * Offers a value inside the running module to `capture`, under `path:name`.
 *
 * @returns the value, for the layer to go on with, so that gradients reach it; undefined if nobody wants it
 */
export function probe(name: string, compute: () => Tensor): Tensor | undefined {
  const hooks = running && probesOf(running);
  if (!hooks) return undefined;
  const value = compute();
  for (const hook of hooks) hook(name, value);
  return value;
}
