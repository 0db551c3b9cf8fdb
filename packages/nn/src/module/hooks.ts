/**
 * Functions that see, and may replace, what a module returns, and that run it in another way.
 *
 * @module
 */
import { guarded, type Tensor } from '@llm/tensor';

/** Called after the `forward` of a module; see `ForwardHook`. */
export type OutputHook<Module extends object> = (
  output: unknown,
  inputs: readonly unknown[],
  module: Module,
) => unknown;

/** Called for a value inside a module's `forward` that `probe` offers, such as its attention weights. */
type ProbeHook = (name: string, value: Tensor) => void;

/** Runs a module's `forward`, or another computation of the same, on its inputs; see `Module.wrapForward`. */
export type ForwardWrapper = (
  inputs: readonly unknown[],
  forward: (...inputs: readonly unknown[]) => unknown,
) => unknown;

const forwardWrappers = new WeakMap<object, Set<ForwardWrapper>>();
const forwardHooks = new WeakMap<object, Set<OutputHook<never>>>();
const probeHooks = new WeakMap<object, Set<ProbeHook>>();
/** Grows with every change, so that compiled functions are traced again. */
let version = 0;

/** Adds a hook; returns what removes it again. */
export function addForwardHook<Module extends object>(
  module: Module,
  hook: OutputHook<Module>,
): () => void {
  return add(forwardHooks, module, hook);
}

/** Adds a wrapper, outside those that there are; returns what removes it again. */
export function addForwardWrapper(module: object, wrapper: ForwardWrapper): () => void {
  return add(forwardWrappers, module, wrapper);
}

/** Adds a hook for inner values; returns what removes it again. */
export function addProbeHook(module: object, hook: ProbeHook): () => void {
  return add(probeHooks, module, hook);
}

function add<Hook>(all: WeakMap<object, Set<Hook>>, module: object, hook: Hook): () => void {
  const own = all.get(module) ?? new Set();
  all.set(module, own.add(hook));
  version += 1;
  return () => {
    if (own.delete(hook)) version += 1;
  };
}

/** Makes the function that is being compiled depend on which hooks there are. */
export function dependOnHooks(): void {
  guarded(() => version);
}

/** Runs a module's `forward` as its wrappers want it. */
export function throughWrappers(
  module: object,
  inputs: readonly unknown[],
  forward: (...inputs: readonly unknown[]) => unknown,
): unknown {
  let run = forward;
  for (const wrapper of forwardWrappers.get(module) ?? []) {
    const inner = run;
    run = (...given) => wrapper(given, inner);
  }
  return run(...inputs);
}

/** The output of a module after its hooks. */
export function afterHooks(module: object, inputs: readonly unknown[], output: unknown): unknown {
  let result = output;
  for (const hook of forwardHooks.get(module) ?? []) {
    const replacement = hook(result, inputs, module as never); // it was added for this very module
    if (replacement !== undefined) result = replacement;
  }
  return result;
}

/** Who wants the inner values of a module; undefined if nobody. */
export function probesOf(module: object): ReadonlySet<ProbeHook> | undefined {
  const hooks = probeHooks.get(module);
  return hooks && hooks.size > 0 ? hooks : undefined;
}
