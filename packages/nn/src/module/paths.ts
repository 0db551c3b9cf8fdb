/**
 * Which module is running: nodes carry the path of the module that made them
 * (`decoder.layers.3.self_attn`), for errors, profiles and memory reports.
 *
 * @module
 */
import { inScope, withScope } from '@llm/tensor';
import type { Module } from './module.ts';

/** Paths of the modules below the one whose `forward` was called from outside. */
let paths: ReadonlyMap<Module, string> | undefined;

/** Runs `body` with the path of `module` below the outermost running module as its scope. */
export function runAs<T>(module: Module, body: () => T): T {
  if (paths) {
    const path = paths.get(module);
    // A module that is no field of the outermost one (made on the fly) is named by its class.
    return path === undefined ? withScope(module.constructor.name, body) : inScope(path, body);
  }
  paths = new Map(Array.from(module.namedModules(), ([path, found]) => [found, path]));
  try {
    return body();
  } finally {
    paths = undefined;
  }
}
