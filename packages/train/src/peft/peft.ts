import {
  CausalLM,
  guarded,
  type ModelInputs,
  type Module,
  type Tensor,
  type Variable,
} from '@llm/nn';
import { type Adapter, createAdapter } from './adapter.ts';
import type { PeftConfig } from './config.ts';
import { biasOf, weightOf } from './linear-like.ts';
import { promptInputs } from './prompt-inputs.ts';
import type { PromptLayer } from './prompt-layer.ts';
import { setStepPart } from './step-part.ts';
import type { AdapterLayer } from './tuner.ts';

/**
 * Adapters of a model: the model itself stays as it is, is used, trained and evaluated as before, and computes with the
 * adapter that is active. Its own parameters are frozen, those of the active adapter are trained.
 *
 * An adapter's parameters are fields of the layers that it changes (`…query.adapters.NAME.lora_A`), so that optimizers
 * and checkpoints of a run see them; `save` writes them in the format of Python's `peft`.
 */
export class Peft<Model extends Module = Module> {
  readonly model: Model;
  readonly #adapters = new Map<string, Adapter>();
  readonly #hooks = new Map<Module, () => void>();
  /** How to leave the inputs as they are, by the names of adapters that put a prompt before them. */
  readonly #prompts = new Map<string, () => void>();
  /** Values, without any adapter, of parameters that some adapter trains as a whole. */
  readonly #originals = new Map<Variable, Tensor>();
  /** Values before merging. */
  #unmerged: ReadonlyMap<Variable, Tensor> | undefined;
  #active: string | undefined;

  constructor(model: Model) {
    this.model = model;
  }

  /** Names of the adapters. */
  get adapters(): string[] {
    return [...this.#adapters.keys()];
  }

  /** The adapter that the model computes with; undefined for none. A compiled function follows it. */
  get active(): string | undefined {
    return guarded(() => this.#active);
  }

  /**
   * Makes a new adapter, freezes the model, and makes the adapter the active one.
   *
   * @throws RangeError if no layer fits, or for a name that is taken
   */
  addAdapter(config: PeftConfig, name = 'default'): void {
    if (!/^[\w-]+$/.test(name) || this.#adapters.has(name)) {
      throw new RangeError(
        `peft: an adapter's name must be new, of letters, digits, - and _: got '${name}'`,
      );
    }
    // Heads start from the values without adapters, whatever adapter is active now.
    const previous = this.#active;
    this.setAdapter(undefined);
    let adapter: Adapter;
    try {
      adapter = createAdapter(this.model, config);
    } catch (error) {
      this.setAdapter(previous);
      throw error;
    }
    if (this.#adapters.size === 0) this.model.freeze();
    for (const parameter of adapter.saved.values()) {
      if (!this.#originals.has(parameter)) this.#originals.set(parameter, parameter.detach());
    }
    for (const { target, layer } of adapter.layers.values())
      this.#attach(target.module, name, layer);
    if (adapter.prompt) this.#prompts.set(name, this.#putBefore(adapter.prompt, name));
    this.#adapters.set(name, adapter);
    this.setAdapter(name);
  }

  /** An adapter's settings, layers and whole modules. @throws RangeError for an unknown name */
  get(name: string): Adapter {
    const adapter = this.#adapters.get(name);
    if (adapter) return adapter;
    throw new RangeError(
      `peft: there is no adapter '${name}'; adapters are ${this.adapters.join(', ') || 'none'}`,
    );
  }

  /**
   * Makes an adapter the active one, or none: from now on the model computes with it, and its parameters are trained.
   * The values of other adapters are kept.
   *
   * @throws Error while an adapter is merged. @throws RangeError for an unknown name
   */
  setAdapter(name: string | undefined): void {
    this.#refuseMerged('setAdapter');
    const next = name === undefined ? undefined : this.get(name);
    if (name === this.#active) return;
    const current = this.#active === undefined ? undefined : this.get(this.#active);
    if (current) {
      current.values = new Map(Array.from(current.saved, ([key, p]) => [key, p.detach()]));
      for (const parameter of current.saved.values()) {
        parameter.assign(this.#originals.get(parameter)!);
      }
      this.#setTrainable(current, false);
    }
    if (next) {
      for (const [key, parameter] of next.saved) parameter.assign(next.values.get(key)!);
      this.#setTrainable(next, true);
    }
    const { model } = this;
    if (model instanceof CausalLM) {
      const prompt = next?.prompt;
      model.extendPrompts = prompt && ((prompts) => prompt.extendPrompts(prompts));
    }
    setStepPart(model, next?.joint);
    this.#active = name;
  }

  /** Runs `body` with the model as it is without adapters. */
  withoutAdapter<Result>(body: () => Result): Result {
    const name = this.#active;
    this.setAdapter(undefined);
    try {
      return body();
    } finally {
      this.setAdapter(name);
    }
  }

  /** Removes an adapter and its parameters. @throws RangeError for an unknown name */
  deleteAdapter(name: string): void {
    const { layers } = this.get(name);
    if (this.#active === name) this.setAdapter(undefined);
    for (const { target } of layers.values()) this.#detach(target.module, name);
    this.#prompts.get(name)?.();
    this.#prompts.delete(name);
    this.#adapters.delete(name);
  }

  /**
   * Writes the active adapter into the weights of the layers, so that it costs nothing more.
   *
   * @throws Error if none is active, one is merged already, it is a prompt, or a layer shares its weight with another
   * module
   * @throws TypeError for a layer without a float weight
   */
  merge(): void {
    this.#refuseMerged('merge');
    if (this.#active === undefined) throw new Error('peft: merge wants an active adapter');
    // A prompt's table may be shared, which is not why it cannot be merged.
    this.get(this.#active).prompt?.merge();
    const names = new Map<Variable, string[]>();
    for (const [name, variable] of this.model.namedVariables()) {
      names.set(variable, [...(names.get(variable) ?? []), name]);
    }
    const merged = new Map<Variable, Tensor>();
    for (const [path, { target, layer }] of this.get(this.#active).layers) {
      const weight = weightOf(target.module, path);
      const shared = names.get(weight) ?? [];
      if (shared.length > 1) {
        throw new Error(
          `peft: the weight of ${path} is shared, as ${shared.join(' and ')}; merging would change all`,
        );
      }
      const values = layer.merge();
      merged.set(weight, values.weight);
      if (values.bias) merged.set(biasOf(target.module)!, values.bias);
    }
    this.#unmerged = new Map(
      Array.from(merged.keys(), (variable) => [variable, variable.detach()]),
    );
    for (const [variable, value] of merged) variable.assign(value.detach());
  }

  /** Brings the weights back that `merge` replaced, exactly. @throws Error if nothing is merged */
  unmerge(): void {
    if (!this.#unmerged) throw new Error('peft: unmerge: no adapter is merged');
    for (const [variable, value] of this.#unmerged) variable.assign(value);
    this.#unmerged = undefined;
  }

  /** Merges the active adapter for good and removes all: a plain model, to be saved or quantized. */
  mergeAndUnload(): Model {
    if (!this.#unmerged) this.merge();
    this.#unmerged = undefined;
    this.#active = undefined;
    return this.unload();
  }

  /** Removes all adapters: the model as it was, frozen. @throws Error while an adapter is merged */
  unload(): Model {
    this.setAdapter(undefined);
    for (const name of this.adapters) this.deleteAdapter(name);
    return this.model;
  }

  #attach(module: Module, name: string, layer: AdapterLayer): void {
    const host = module as Module & { adapters?: Record<string, AdapterLayer> };
    host.adapters = { ...host.adapters, [name]: layer };
    if (this.#hooks.has(module)) return;
    let isInside = false;
    const remove = module.registerForwardHook((output, inputs) => {
      // A merged adapter is in the weights already; guarded, so that compiled functions follow.
      const active = guarded(() => (this.#unmerged ? undefined : this.#active));
      const own = active === undefined ? undefined : host.adapters?.[active];
      if (!own || isInside) return undefined;
      const base = (x: Tensor): Tensor => {
        isInside = true;
        try {
          return (module.forward as (x: Tensor) => Tensor)(x);
        } finally {
          isInside = false;
        }
      };
      return own.forward(output as Tensor, inputs[0] as Tensor, base);
    });
    this.#hooks.set(module, remove);
  }

  /** Puts a prompt before the model's inputs, while its adapter is active. */
  #putBefore(prompt: PromptLayer, name: string): () => void {
    const predictsTokens = this.model instanceof CausalLM;
    return this.model.wrapForward(([inputs, ...rest], forward) =>
      this.active === name
        ? forward(promptInputs(inputs as ModelInputs, prompt, predictsTokens), ...rest)
        : forward(inputs, ...rest),
    );
  }

  #detach(module: Module, name: string): void {
    const host = module as Module & { adapters?: Record<string, AdapterLayer> };
    const { [name]: _, ...rest } = host.adapters ?? {};
    host.adapters = rest;
    if (Object.keys(rest).length > 0) return;
    delete host.adapters;
    this.#hooks.get(module)?.();
    this.#hooks.delete(module);
  }

  #setTrainable(adapter: Adapter, trainable: boolean): void {
    for (const { layer } of adapter.layers.values()) layer.requiresGrad(trainable);
    for (const parameter of adapter.saved.values()) parameter.trainable = trainable;
  }

  #refuseMerged(operation: string): void {
    if (this.#unmerged) throw new Error(`peft: ${operation}: an adapter is merged; unmerge first`);
  }
}

/** A model with one adapter, as Python's `get_peft_model`. */
export function getPeftModel<Model extends Module>(model: Model, config: PeftConfig): Peft<Model> {
  const peft = new Peft(model);
  peft.addAdapter(config);
  return peft;
}
