import type { Module, Tensor, Variable } from '@llm/nn';
import { matches, modulesToSave, type PeftConfig } from './config.ts';
import { type TargetedConfig, type TargetingConfig, withTargets } from './default-targets.ts';
import { linearShape } from './linear-like.ts';
import type { PromptLayer } from './prompt-layer.ts';
import type {
  AdapterLayer,
  JointPart,
  LayerTuner,
  PromptTuner,
  Target,
  WholeTuner,
} from './tuner.ts';
import { tunerOf } from './tuners.ts';

/** Heads that `'all-linear'` leaves out, as PEFT does. */
const outputHeads = ['lm_head', 'classifier', 'score'];

/** An adapter of a model: its layers, and its own values of the modules that are trained as a whole. */
export interface Adapter {
  readonly config: PeftConfig;
  /** Layers by the path of what they change. */
  readonly layers: ReadonlyMap<string, { readonly target: Target; readonly layer: AdapterLayer }>;
  /** The layer that puts a prompt before each text, one of `layers`. */
  readonly prompt?: PromptLayer;
  /** What the layers have in common, of methods that have such a part. */
  readonly joint?: JointPart;
  /** Parameters of the modules that are trained as a whole, by their names in PEFT's files after the prefix. */
  readonly saved: ReadonlyMap<string, Variable>;
  /** Their values while the adapter is not active. */
  values: ReadonlyMap<string, Tensor>;
}

/**
 * Makes an adapter for a model, without attaching it.
 *
 * @throws TypeError without `target_modules` for a model that has no usual ones, or for a task that a prompt is not for
 * @throws RangeError if no layer fits `target_modules`, or one that does is not linear
 */
export function createAdapter(model: Module, given: PeftConfig): Adapter {
  const tuner = tunerOf(given.peft_type);
  return 'attachPrompt' in tuner
    ? createPrompt(model, tuner, given)
    : changeLayers(model, tuner, given as TargetingConfig);
}

/** An adapter that puts a prompt before the text. */
function createPrompt(model: Module, tuner: PromptTuner, given: PeftConfig): Adapter {
  const { config, target, layer } = tuner.attachPrompt(model, tuner.resolve(given));
  const inside = insideOf(model, modulesToSave(config));
  const saved = new Map([...model.namedParameters()].filter(([name]) => inside(parentOf(name))));
  refuseQuantized(saved, 'modules_to_save', config);
  const layers = new Map([[target.path, { target, layer: layer.train(model.training) }]]);
  return { config, layers, prompt: layer, saved, values: valuesOf(saved) };
}

/** An adapter that changes layers, or trains them as a whole. */
function changeLayers(
  model: Module,
  tuner: LayerTuner | WholeTuner,
  given: TargetingConfig,
): Adapter {
  // Methods give back the settings that they got, defaults filled in.
  const config = tuner.resolve(withTargets(given, model)) as TargetedConfig;
  const modules = [...model.namedModules()].filter(([path]) => !isOfAdapter(path));
  const inside = insideOf(model, modulesToSave(config));
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
  refuseQuantized(saved, `${isWhole ? 'target_modules and ' : ''}modules_to_save`, config);
  const layers = new Map(
    targets.map((target) => {
      const layer = (tuner as LayerTuner).attach(target, config).train(model.training);
      return [target.path, { target, layer }];
    }),
  );
  const own = new Map(Array.from(layers, ([path, { layer }]) => [path, layer]));
  const joint = (tuner as LayerTuner).join?.(own, config);
  return { config, layers, ...(joint && { joint }), saved, values: valuesOf(saved) };
}

/** Whether a path lies in one of the model's modules of some names. */
function insideOf(model: Module, names: readonly string[]): (path: string) => boolean {
  const roots = Array.from(model.namedModules(), ([path]) => path).filter(
    // Ends of names, not only after a dot: DistilBERT's pre_classifier is trained with its classifier, as in PEFT.
    (path) => !isOfAdapter(path) && names.some((name) => path.endsWith(name)),
  );
  return (path) =>
    !isOfAdapter(path) && roots.some((root) => path === root || path.startsWith(`${root}.`));
}

/** Whether a path is that of a part of an adapter. */
function isOfAdapter(path: string): boolean {
  return /(^|\.)adapters\./.test(path);
}

/** @throws TypeError if a parameter that would be trained as a whole is quantized */
function refuseQuantized(
  saved: ReadonlyMap<string, Variable>,
  settings: string,
  { task_type }: PeftConfig,
): void {
  for (const [name, { quantized }] of saved) {
    if (!quantized) continue;
    throw new TypeError(
      `peft: ${name} is quantized, and ${settings} (which task_type ${task_type} adds heads to) are trained as a whole; keep that module in f32`,
    );
  }
}

function valuesOf(saved: ReadonlyMap<string, Variable>): Map<string, Tensor> {
  return new Map(Array.from(saved, ([name, parameter]) => [name, parameter.detach()]));
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
