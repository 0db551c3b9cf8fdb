import { Module, type Tensor, type Variable } from '@llm/nn';
import type { PeftConfig } from './config.ts';
import type { LinearLike, LinearShape } from './linear-like.ts';
import type { PromptLayer } from './prompt-layer.ts';
import type { StepPart } from './step-part.ts';

/** A layer that an adapter changes. */
export interface Target {
  readonly path: string;
  readonly module: LinearLike;
  readonly shape: LinearShape;
}

/** Weight and bias of a layer after merging. */
export interface MergedWeights {
  /** Laid out as the layer's own. */
  readonly weight: Tensor;
  readonly bias?: Tensor;
}

/** What an adapter adds to one layer. */
export abstract class AdapterLayer extends Module {
  /** Its parameters by the ends of their names in PEFT's files. */
  abstract fileEntries(): Readonly<Record<string, Variable>>;

  /**
   * The layer's output with the adapter.
   *
   * @param output the layer's output without
   * @param input the layer's input
   * @param base the layer without any adapter
   */
  abstract override forward(output: Tensor, input: Tensor, base: (x: Tensor) => Tensor): Tensor;

  /** The layer's weights with the adapter in them. */
  abstract merge(): MergedWeights;
}

/** What layers of an adapter have in common: a part in training, and files that are not theirs one by one. */
export interface JointPart extends StepPart {
  /**
   * What files hold.
   *
   * @param tensors the layers' parameters, and others
   * @param nameOf the name of a layer's parameter in files
   * @returns the tensors in the files' form, and the settings that have changed
   */
  pack(
    tensors: Readonly<Record<string, Tensor>>,
    nameOf: (path: string, end: string) => string,
  ): Promise<{
    readonly tensors: Record<string, Tensor>;
    readonly config: Readonly<Record<string, unknown>>;
  }>;
  /** Tensors as the layers have them, of what `pack` gave; those that do not fit the settings stay as they are. */
  unpack(
    tensors: Readonly<Record<string, Tensor>>,
    nameOf: (path: string, end: string) => string,
  ): Record<string, Tensor>;
}

/** What all methods have. */
export interface CommonTuner<Config extends PeftConfig> {
  /**
   * Options with defaults filled in.
   *
   * @throws TypeError for an option that is not known or not supported
   */
  resolve(config: Config): Config;
}

/** A method that adds something to linear layers. */
export interface LayerTuner<Config extends PeftConfig = PeftConfig> extends CommonTuner<Config> {
  /** The part of an adapter for one layer. */
  attach(target: Target, config: Config): AdapterLayer;
  /**
   * What the layers of an adapter have in common, for methods whose layers are not trained each by itself.
   *
   * @param layers by the paths of what they change
   */
  join?(layers: ReadonlyMap<string, AdapterLayer>, config: Config): JointPart;
}

/** A method that trains its targets as a whole, of any class: each adapter has values of its own for them. */
export interface WholeTuner<Config extends PeftConfig = PeftConfig> extends CommonTuner<Config> {
  /** What stands in PEFT's files between a target's path and the name of its parameter. */
  readonly fileSegment: string;
}

/** A method that puts learned vectors before the text. */
export interface PromptTuner<Config extends PeftConfig = PeftConfig> extends CommonTuner<Config> {
  /**
   * The prompt of a model, as a layer at its table of words.
   *
   * @returns with it the settings, filled in from the model and without what files do not hold
   */
  attachPrompt(
    model: Module,
    config: Config,
  ): { readonly target: Target; readonly layer: PromptLayer; readonly config: Config };
}

/** A method of fine-tuning: one file each, and a line in `tuners.ts`. */
export type Tuner<Config extends PeftConfig = PeftConfig> =
  | LayerTuner<Config>
  | WholeTuner<Config>
  | PromptTuner<Config>;
