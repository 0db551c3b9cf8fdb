import {
  type Compiled,
  compile,
  type ModelInputs,
  type PreTrainedModel,
  type Tensor,
  tensor,
} from '@llm/nn';
import type { Encoding, PreTrainedTokenizer } from '@llm/tokenizers';
import { longestInput } from './encode.ts';

/** What of a model's output is read; each tensor's first axis is the batch. */
type Select<Output> = (
  output: Output,
  inputs: { readonly input_ids: Tensor; readonly attention_mask: Tensor },
) => readonly Tensor[];

/** The numbers of one input's outputs, row-major, with their shape without the batch. */
export interface OutputRow {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** A model whose output is known. */
interface ModelOf<Output extends object> extends PreTrainedModel {
  forward(inputs: ModelInputs): Output;
}

/** Lengths and rows are rounded up to few sizes, each of which is compiled once. */
const lengthStep = 16;
const defaultBatch = 8;

interface Inputs {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
  readonly token_type_ids?: Tensor;
}

/** Runs encoded texts through a model, in batches of few sizes. */
export class BatchRunner<Output extends object> {
  readonly #forward: Compiled<[Inputs], readonly Tensor[]>;
  readonly #takesTypes: boolean;
  readonly #limit: number | undefined;
  readonly #padding: number;

  constructor(
    readonly model: ModelOf<Output>,
    tokenizer: PreTrainedTokenizer,
    select: Select<Output>,
  ) {
    const names = model.inputNames;
    this.#takesTypes =
      names.includes('token_type_ids') && tokenizer.model_input_names.includes('token_type_ids');
    this.#limit = longestInput(model, tokenizer);
    this.#padding = tokenizer.pad_token_id ?? model.config.pad_token_id ?? 0;
    this.#forward = compile((inputs: Inputs) => select(model.forward(inputs), inputs), {
      cacheSize: 24,
    });
  }

  /**
   * What was selected, per text. Shapes that had the length as an axis have it padded: the first
   * `encoding.length` entries are the text's.
   *
   * @param size texts run side by side
   */
  async run(encodings: readonly Encoding[], size = defaultBatch): Promise<OutputRow[][]> {
    const wasTraining = this.model.training;
    this.model.eval();
    try {
      // By length, so that little is padded.
      const order = encodings
        .map((_, i) => i)
        .sort((a, b) => encodings[a]!.length - encodings[b]!.length);
      const rows = new Array<OutputRow[]>(encodings.length);
      for (let first = 0; first < order.length; first += size) {
        const part = order.slice(first, first + size);
        const outputs = await this.#batch(part.map((i) => encodings[i]!));
        for (const [row, position] of part.entries()) rows[position] = outputs[row]!;
      }
      return rows;
    } finally {
      this.model.train(wasTraining);
    }
  }

  /** Frees the compiled plans. */
  dispose(): void {
    this.#forward.dispose();
  }

  async #batch(encodings: readonly Encoding[]): Promise<OutputRow[][]> {
    const longest = Math.max(...encodings.map(({ length }) => length));
    const rounded = Math.ceil(longest / lengthStep) * lengthStep;
    const length = Math.max(longest, Math.min(rounded, this.#limit ?? rounded));
    const count = 2 ** Math.ceil(Math.log2(encodings.length));
    const filled = Array.from({ length: count }, (_, row) => encodings[row] ?? encodings[0]!);
    const table = (of: (encoding: Encoding) => readonly number[], padding: number) => {
      const values = new Int32Array(count * length).fill(padding);
      filled.forEach((encoding, row) => {
        values.set(of(encoding), row * length);
      });
      return tensor(values, [count, length]);
    };
    const outputs = await this.#forward({
      input_ids: table(({ ids }) => ids, this.#padding),
      attention_mask: table(({ attention_mask }) => attention_mask, 0).ne(0),
      ...(this.#takesTypes && { token_type_ids: table(({ type_ids }) => type_ids, 0) }),
    });
    const read = await Promise.all(
      outputs.map(async (output) => {
        const shape = output.shape.slice(1);
        const stride = shape.reduce((product, size) => product * size, 1);
        const values = (await output.to('f32').data()) as Float32Array;
        output.dispose();
        return { values, shape, stride };
      }),
    );
    return encodings.map((_, row) =>
      read.map(({ values, shape, stride }) => ({
        values: values.subarray(row * stride, (row + 1) * stride),
        shape,
      })),
    );
  }
}
