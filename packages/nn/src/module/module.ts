import { guarded, type Tensor, Variable } from '@llm/tensor';
import { isBuffer } from './buffer.ts';
import { Callable } from './callable.ts';
import { fieldsOf } from './fields.ts';
import {
  addForwardHook,
  addForwardWrapper,
  afterHooks,
  type ForwardWrapper,
  type OutputHook,
  throughWrappers,
} from './hooks.ts';
import type { MoveTarget } from './move.ts';
import { runAs } from './paths.ts';
import { compareState, type StateDict, StateDictError, type StateMismatch } from './state.ts';
import { summarize } from './summary.ts';

/** A module that maps one tensor to one, and so can stand in a `Sequential`. */
export interface UnaryModule extends Module {
  forward(input: Tensor): Tensor;
}

/** Called after a module's `forward`; what it returns replaces the output, unless it is undefined. */
export type ForwardHook = OutputHook<Module>;

/**
 * A layer or a model: fields, then `forward`.
 *
 * Fields that hold `Variable`s are its parameters (or buffers, see `buffer`), fields that hold modules its
 * children; arrays and plain objects of either work too. Their names are the property paths, which are also
 * the keys of a checkpoint: `decoder.layers.3.self_attn.in_proj_weight`. Private `#fields` are not seen.
 *
 * @example
 * class Head extends Module {
 *   norm = new LayerNorm(64);
 *   output = new Linear(64, 10);
 *   forward(x: Tensor) { return this.output(this.norm(x)); }
 * }
 * const logits = new Head()(x); // as new Head().forward(x)
 */
export abstract class Module extends Callable {
  #training = true;

  constructor() {
    super();
    // Each node gets the path of its module, and hooks are called; subclasses write a plain method.
    const forward = this.forward;
    const own = (...inputs: readonly unknown[]) => forward.apply(this, inputs as never[]);
    Object.defineProperty(this, 'forward', {
      value: (...inputs: never[]) =>
        runAs(this, () => afterHooks(this, inputs, throughWrappers(this, inputs, own))),
    });
  }

  /** The module's function; calling the module calls it, with its hooks. */
  abstract override forward(...inputs: never[]): unknown;

  /** Whether dropout and the like are active; set by `train()` and `eval()`. A compiled function follows it. */
  get training(): boolean {
    return guarded(() => this.#training);
  }

  /** The fields among which parameters and children are looked for; all own properties by default. */
  protected fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** Parameters, buffers and submodules directly below, each under every name it has. */
  private *members(): Generator<readonly [string, Variable | Module]> {
    yield* fieldsOf(this.fields(), (value): value is Module => value instanceof Module);
  }

  /** Direct submodules by name. */
  *namedChildren(): Generator<[string, Module]> {
    for (const [name, value] of this.members()) if (value instanceof Module) yield [name, value];
  }

  /** Direct submodules. */
  children(): Module[] {
    return Array.from(this.namedChildren(), ([, child]) => child);
  }

  /** This module (path `''`) and all below it, parents first; a shared one once, under its first path. */
  *namedModules(): Generator<[string, Module]> {
    const seen = new Set<Module>();
    function* walk(path: string, module: Module): Generator<[string, Module]> {
      if (seen.has(module)) return;
      seen.add(module);
      yield [path, module];
      for (const [name, child] of module.namedChildren()) yield* walk(join(path, name), child);
    }
    yield* walk('', this);
  }

  /** Trained and trainable variables by name, a shared one once; `recurse: false` takes this module's own. */
  *namedParameters(options: { recurse?: boolean } = {}): Generator<[string, Variable]> {
    const seen = new Set<Variable>();
    for (const [name, variable] of this.namedVariables(options.recurse ?? true)) {
      if (isBuffer(variable) || seen.has(variable)) continue;
      seen.add(variable);
      yield [name, variable];
    }
  }

  /** Trained and trainable variables, frozen ones included. */
  parameters(): Variable[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** State that is saved and not trained, by name. */
  *namedBuffers(): Generator<[string, Variable]> {
    for (const entry of this.namedVariables()) if (isBuffer(entry[1])) yield entry;
  }

  /** Parameters and buffers under every name they have: a shared one (tied weights) several times. */
  *namedVariables(recurse = true, path = ''): Generator<[string, Variable]> {
    for (const [name, value] of this.members()) {
      if (value instanceof Variable) yield [join(path, name), value];
      else if (recurse) yield* value.namedVariables(true, join(path, name));
    }
  }

  /** Switches this module and all below it to training (or, with false, to evaluation). */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.#training = mode;
    return this;
  }

  /** Switches to evaluation: no dropout. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `visit` with every module below, children before their parents, and this one last. */
  override apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /**
   * Calls `hook` after every `forward` of this module, with its output and inputs; what the hook returns replaces
   * the output, unless it is undefined. Compiled functions follow. `capture` is simpler where values are only wanted.
   *
   * @returns a function that removes the hook
   */
  registerForwardHook(hook: ForwardHook): () => void {
    return addForwardHook(this, hook);
  }

  /**
   * Runs every `forward` of this module through `wrapper`, which gets the inputs and the function to call with them:
   * to compute it again in the backward pass, in another precision, or not at all. Compiled functions follow.
   *
   * @returns a function that removes the wrapper
   */
  wrapForward(wrapper: ForwardWrapper): () => void {
    return addForwardWrapper(this, wrapper);
  }

  /**
   * Moves parameters and buffers to a device, casts those of floats to a dtype, or both, as PyTorch's `to`:
   * `await model.to('wasm')`, `await model.to('f16')`, `await model.to('webgpu', 'bf16')`. Gradients are forgotten;
   * optimizers are made afterwards. Compiled functions and `generate` run on the program's default device
   * (`setDefaultDevice`), where the model has to be then.
   *
   * @throws TypeError for a dtype that is not of floats, or of a quantized model; nothing has changed then
   */
  async to(...targets: readonly MoveTarget[]): Promise<this> {
    await (await import('./move.ts')).move(this, targets); // few programs do
    return this;
  }

  /** Sets whether gradients are taken for the parameters of this module and of all below it. */
  requiresGrad(trainable = true): this {
    for (const parameter of this.parameters()) parameter.trainable = trainable;
    return this;
  }

  /** Excludes the parameters from training, as `requiresGrad(false)`. */
  freeze(): this {
    return this.requiresGrad(false);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /** Values of parameters and buffers by name; a shared one once, under its first name. */
  stateDict(): Record<string, Tensor> {
    const seen = new Set<Variable>();
    const state: Record<string, Tensor> = {};
    for (const [name, variable] of this.namedVariables()) {
      if (!seen.has(variable)) state[name] = variable.detach();
      seen.add(variable);
    }
    return state;
  }

  /**
   * Takes parameters and buffers from `state`, cast to the dtypes here.
   *
   * @param options.strict whether every difference is an error (default), or only differing shapes.
   * @returns what did not fit, when not strict.
   * @throws StateDictError listing all differences; then nothing has changed.
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): StateMismatch {
    const { mismatch, fitting } = compareState(this.namedVariables(), state);
    const { missing, unexpected, misshaped } = mismatch;
    const strict = options.strict ?? true;
    if (misshaped.length > 0 || (strict && missing.length + unexpected.length > 0)) {
      throw new StateDictError(this.constructor.name, mismatch);
    }
    for (const [variable, value] of fitting) variable.assign(value);
    return mismatch;
  }

  /** The class's name, for `String(module)` and consoles. @internal */
  get [Symbol.toStringTag](): string {
    return this.constructor.name;
  }

  /** A table of the modules and their numbers of parameters. */
  summary(): string {
    return summarize(this);
  }
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
