import type { Module, Tensor, Variable } from '@llm/nn';
import { matches, modulesToSave, type PeftConfig } from './config.ts';
import { type TargetedConfig, withTargets } from './default-targets.ts';
import { linearShape } from './linear-like.ts';
import type { AdapterLayer, LayerTuner, Target } from './tuner.ts';
import { tunerOf } from './tuners.ts';

/** Heads that `'all-linear'` leaves out, as PEFT does. */
const outputHeads = ['lm_head', 'classifier', 'score'];

/** An adapter of a model: its layers, and its own values of the modules that are trained as a whole. */
export interface Adapter {
  readonly config: PeftConfig;
  /** Layers by the path of what they change. */
  readonly layers: ReadonlyMap<string, { readonly target: Target; readonly layer: AdapterLayer }>;
  /** Parameters of the modules that are trained as a whole, by their names in PEFT's files after the prefix. */
  readonly saved: ReadonlyMap<string, Variable>;
  /** Their values while the adapter is not active. */
  values: ReadonlyMap<string, Tensor>;
}

/**
 * Makes an adapter for a model, without attaching it.
 *
 * @throws TypeError without `target_modules` for a model that has no usual ones
 * @throws RangeError if no layer fits `target_modules`, or one that does is not linear
 */
export function createAdapter(model: Module, given: PeftConfig): Adapter {
  const tuner = tunerOf(given.peft_type);
  // Methods give back the settings that they got, defaults filled in.
  const config = tuner.resolve(withTargets(given, model)) as TargetedConfig;
  const modules = [...model.namedModules()].filter(([path]) => !/(^|\.)adapters\./.test(path));
  const whole = modulesToSave(config);
  const inside = (path: string): boolean =>
    modules.some(
      ([root]) => matches(root, whole) && (path === root || path.startsWith(`${root}.`)),
    );
  const isWhole = 'fileSegment' in tuner;
  const named = modules.filter(
    ([path, module]) =>
      path !== '' && isTargeted(path, config) && !inside(path) && !(isWhole && isEmpty(module)),
  );
  const targets = isWhole ? [] : linearTargets(named, config);
  if ((isWhole ? named : targets).length === 0) {
    const names = modules
      .filter(([path, module]) => path !== '' && (isWhole ? !isEmpty(module) : linearShape(module)))
      .map(([path]) => path);
    throw new RangeError(
      `peft: no layer of ${model.constructor.name} fits target_modules ${JSON.stringify(config.target_modules)}; ${isWhole ? '' : 'linear '}layers are ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`,
    );
  }
  const saved = new Map<string, Variable>();
  for (const [name, parameter] of model.namedParameters()) {
    if (inside(parentOf(name))) saved.set(name, parameter);
    if (!isWhole || inside(parentOf(name))) continue;
    const root = named.find(([path]) => name.startsWith(`${path}.`))?.[0];
    if (root === undefined) continue;
    saved.set(`${root}.${tuner.fileSegment}${name.slice(root.length)}`, parameter);
  }
  for (const [name, { quantized }] of saved) {
    if (!quantized) continue;
    throw new TypeError(
      `peft: ${name} is quantized, and ${isWhole ? 'target_modules and ' : ''}modules_to_save (which task_type ${config.task_type} adds heads to) are trained as a whole; keep that module in f32`,
    );
  }
  return {
    config,
    layers: new Map(
      targets.map((target) => {
        const layer = (tuner as LayerTuner).attach(target, config).train(model.training);
        return [target.path, { target, layer }];
      }),
    ),
    saved,
    values: new Map(Array.from(saved, ([name, parameter]) => [name, parameter.detach()])),
  };
}

/** The linear layers among the modules named. @throws RangeError for another one that was named by itself */
function linearTargets(
  named: readonly (readonly [string, Module])[],
  { target_modules }: TargetedConfig,
): Target[] {
  return named.flatMap(([path, module]): Target[] => {
    const shape = linearShape(module);
    if (shape) return [{ path, module: module as Target['module'], shape }];
    if (target_modules === 'all-linear') return [];
    throw new RangeError(
      `peft: ${path} (${module.constructor.name}) is among target_modules, and is no linear layer`,
    );
  });
}

function isTargeted(path: string, { target_modules, exclude_modules }: TargetedConfig): boolean {
  if (exclude_modules && matches(path, exclude_modules)) return false;
  if (target_modules === 'all-linear') return !matches(path, outputHeads);
  return matches(path, target_modules);
}

function isEmpty(module: Module): boolean {
  return [...module.namedParameters()].length === 0;
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}
