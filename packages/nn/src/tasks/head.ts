import type { Tensor } from '@llm/tensor';
import type { ModelConfig } from '../pretrained/config.ts';
import type { ModelInputs, TensorInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';

/** A model without a head. */
export interface Base extends PreTrainedModel {
  forward(inputs: ModelInputs): BaseOutput;
}

/** A model without a head, and what a family puts on it for a task. */
export interface HeadParts<B extends Base = Base> {
  /** Name of the model without a head in checkpoints. */
  readonly prefix: string;
  readonly base: B;
  /** Modules and variables of the head by their names in checkpoints. */
  readonly head: Readonly<Record<string, unknown>>;
  /** Scores by the head. */
  readonly logits: (output: BaseOutput, inputs: TensorInputs) => Tensor;
}

/** A model with a head: parameters are named as in checkpoints of the family. */
export abstract class ModelWithHead<B extends Base = Base> extends PreTrainedModel {
  readonly #parts: HeadParts<B>;

  constructor(config: ModelConfig, parts: HeadParts<B>) {
    super(config);
    this.#parts = parts;
  }

  override get base_model_prefix(): string {
    return this.#parts.prefix;
  }

  /** The model below the head. */
  get base_model(): B {
    return this.#parts.base;
  }

  /** Names of the base model's inputs. */
  get inputNames(): readonly (keyof ModelInputs)[] {
    return [...this.base_model.inputNames, ...this.extraInputs];
  }

  /** What `forward` takes beside the base model's inputs. */
  protected get extraInputs(): readonly (keyof ModelInputs)[] {
    return ['labels'];
  }

  /** Runs the base model and the head. */
  protected run(inputs: TensorInputs): { output: BaseOutput; logits: Tensor } {
    const { base, logits } = this.#parts;
    const names = new Set<string>([
      ...base.inputNames,
      'output_hidden_states',
      'output_attentions',
    ]);
    const own = Object.fromEntries(Object.entries(inputs).filter(([name]) => names.has(name)));
    const output = base.forward(own as ModelInputs);
    return { output, logits: logits(output, inputs) };
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    const { prefix, base, head } = this.#parts;
    yield [prefix, base];
    yield* Object.entries(head);
  }
}

/** Hidden states and attention weights of an output, for the output above it. */
export function recordedOf({ hidden_states, attentions }: BaseOutput) {
  return { ...(hidden_states && { hidden_states }), ...(attentions && { attentions }) };
}
