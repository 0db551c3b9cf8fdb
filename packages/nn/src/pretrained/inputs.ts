/**
 * Inputs of models: tensors, or plain arrays as tokenizers give them.
 *
 * @module
 */
import { type Tensor, Tensor as TensorClass, tensor } from '@llm/tensor';

/** Whole numbers or flags: a tensor, or nested arrays of one length per depth. */
export type Ids = Tensor | NestedNumbers;

/** Arrays of numbers or flags in arrays. */
export type NestedNumbers = readonly (number | boolean | NestedNumbers)[] | ArrayLike<number>;

/** What the models of this package take by name; each takes some of them. */
export interface ModelInputs {
  /** Tokens [batch, length]; [batch, choices, length] for multiple choice. */
  readonly input_ids?: Ids;
  /**
   * 1 or true for tokens, 0 or false for padding, of the shape of `input_ids`; or what each token may look at,
   * [batch, queries, keys]. Default: no padding.
   */
  readonly attention_mask?: Ids;
  /** Segment of each token, of the shape of `input_ids`. */
  readonly token_type_ids?: Ids;
  /** Position of each token, of the shape of `input_ids`. */
  readonly position_ids?: Ids;
  /** Vectors instead of `input_ids`: [batch, length, width]. */
  readonly inputs_embeds?: Tensor;
  /** Tokens of the decoder [batch, length]; made from `labels` where they are absent. */
  readonly decoder_input_ids?: Ids;
  /** Flags of the decoder's tokens. */
  readonly decoder_attention_mask?: Ids;
  /** What the model should have said; −100 where it does not matter. With them there is a `loss`. */
  readonly labels?: Ids;
  /** For BERT's pre-training [batch]: 0 where the second text follows the first, 1 where it does not. */
  readonly next_sentence_label?: Ids;
  /** First token of the answer [batch]. */
  readonly start_positions?: Ids;
  /** Last token of the answer [batch]. */
  readonly end_positions?: Ids;
  /** Whether `hidden_states` are returned. Default false. */
  readonly output_hidden_states?: boolean;
  /** Whether `attentions` are returned. Default false. */
  readonly output_attentions?: boolean;
}

/** The inputs as tensors. */
export type TensorInputs = {
  readonly [Name in keyof ModelInputs]?: ModelInputs[Name] extends boolean | undefined
    ? boolean
    : Tensor;
};

const masks = new Set(['attention_mask', 'decoder_attention_mask']);
const flags = new Set(['output_hidden_states', 'output_attentions']);

/**
 * Inputs as tensors: ids i32, masks bool, whole-number labels i32.
 *
 * @throws TypeError for a name that the model does not take.
 */
export function toTensors(
  model: string,
  inputs: ModelInputs,
  known: readonly (keyof ModelInputs)[],
): TensorInputs {
  const result: Record<string, Tensor | boolean> = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (!flags.has(name) && !(known as readonly string[]).includes(name)) {
      throw new TypeError(
        `${model}: it takes no ${name}; it takes ${[...known, ...flags].join(', ')}`,
      );
    }
    if (value === undefined) continue;
    if (typeof value === 'boolean') result[name] = value;
    else if (masks.has(name)) result[name] = maskOf(toTensor(value));
    else result[name] = toTensor(value);
  }
  return result as TensorInputs;
}

/** A tensor as it is; arrays of whole numbers as i32, of other numbers as f32. */
export function toTensor(value: Ids): Tensor {
  if (value instanceof TensorClass) return value;
  if (ArrayBuffer.isView(value)) return tensor(value as unknown as Int32Array);
  const isWhole = everyNumber(value as NestedNumbers, Number.isInteger);
  return tensor(value as number[], undefined, { dtype: isWhole ? 'i32' : 'f32' });
}

function maskOf(mask: Tensor): Tensor {
  return mask.dtype === 'bool' ? mask : mask.ne(0);
}

function everyNumber(values: NestedNumbers, holds: (value: number) => boolean): boolean {
  return Array.from(values).every((value) =>
    typeof value === 'object' ? everyNumber(value, holds) : holds(Number(value)),
  );
}
