import { Tensor } from '@llm/tensor';
import { addForwardHook, addProbeHook } from './hooks.ts';
import type { Module } from './module.ts';

/** What `capture` saw. */
export interface Captured<Result> {
  /** What the body returned. */
  readonly result: Result;
  /**
   * Tensors by the path of the module that made them; `path:name` for a part of an output or an inner value. Later
   * calls of the same module follow as `path#2`, `path#3`, …
   */
  readonly values: Readonly<Record<string, Tensor>>;
}

/**
 * Runs `body` and keeps what some modules of `root` compute: hidden states, attention weights, and through
 * `gradientsOf` the gradients of both.
 *
 * @param points paths of modules for what they return (`encoder.layer.3`), and `path:weights` for the weights of a
 *   module that attends, [batch, heads, queries, keys]; such a module then computes its output from these weights
 *   rather than by a fused kernel. Inside `compile`, return the values from the compiled function.
 * @throws RangeError for a path that is not there, or a point that `body` never reached
 *
 * @example
 * const { result, values } = capture(model, ['encoder.layer.0.attention.self:weights'], () => model.forward(inputs));
 * const [influence] = gradientsOf(result.loss, Object.values(values));
 */
export function capture<Result>(
  root: Module,
  points: readonly string[],
  body: () => Result,
): Captured<Result> {
  const modules = new Map(root.namedModules());
  const values: Record<string, Tensor> = {};
  const reached = new Set<string>();
  const keep = (point: string, key: string, value: Tensor) => {
    reached.add(point);
    let name = key;
    for (let call = 2; Object.hasOwn(values, name); call++) name = `${key}#${call}`;
    values[name] = value;
  };
  const removers = points.map((point) => {
    const [path = '', inner] = splitPoint(point);
    const module = modules.get(path);
    if (!module) throw new RangeError(unknownPath(root, path, modules));
    return inner === undefined
      ? addForwardHook(module, (output) => {
          for (const [name, value] of partsOf(output)) keep(point, join(path, name), value);
        })
      : addProbeHook(module, (name, value) => {
          if (name === inner) keep(point, point, value);
        });
  });
  try {
    const result = body();
    const missed = points.filter((point) => !reached.has(point));
    if (missed.length > 0) {
      throw new RangeError(`capture: nothing was computed at ${missed.join(', ')}`);
    }
    return { result, values };
  } finally {
    for (const remove of removers) remove();
  }
}

function splitPoint(point: string): [path: string, inner?: string] {
  const colon = point.indexOf(':');
  return colon < 0 ? [point] : [point.slice(0, colon), point.slice(colon + 1)];
}

/** Tensors of an output: itself (without a name), or those of an array or object. */
function partsOf(output: unknown): [name: string, value: Tensor][] {
  if (output instanceof Tensor) return [['', output]];
  if (typeof output !== 'object' || output === null) return [];
  return Object.entries(output).filter((entry): entry is [string, Tensor] => {
    return entry[1] instanceof Tensor;
  });
}

function join(path: string, name: string): string {
  return name === '' ? path : `${path}:${name}`;
}

function unknownPath(root: Module, path: string, modules: ReadonlyMap<string, Module>): string {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  const near = Array.from(modules.keys()).filter(
    (known) => known !== '' && known.startsWith(modules.has(parent) ? parent : ''),
  );
  return `capture: ${root.constructor.name} has no module '${path}'; it has ${near.slice(0, 12).join(', ')}${near.length > 12 ? ', …' : ''}`;
}
