import { type PreTrainedModel, type Tensor, tensor } from '@llm/nn';
import { BatchRunner, type OutputRow } from './batch-runner.ts';
import { encodeText } from './encode.ts';
import { WrongInputError } from './errors.ts';
import {
  callable,
  checkCall,
  checkCount,
  type PipelineBase,
  type PipelineParts,
  readTexts,
} from './parts.ts';

const task = 'feature-extraction';

/** What becomes of a text's hidden states: nothing, their mean, or that of the first or the last token. */
export type Pooling = 'none' | 'mean' | 'cls' | 'first_token' | 'last_token' | 'eos';

const poolings: readonly Pooling[] = ['none', 'mean', 'cls', 'first_token', 'last_token', 'eos'];

/** Options of a call. */
export interface FeatureExtractionOptions {
  /** Default `'none'`. */
  readonly pooling?: Pooling;
  /** Whether vectors are brought to length 1. Default false. */
  readonly normalize?: boolean;
  /** Texts run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Turns texts into vectors. */
export interface FeatureExtractionPipeline extends PipelineBase<PreTrainedModel> {
  /**
   * Vectors [texts, width] with a pooling; else hidden states [texts, length, width], zeros where a text is
   * shorter than the longest.
   */
  (texts: string | readonly string[], options?: FeatureExtractionOptions): Promise<Tensor>;
}

/** Makes the pipeline. */
export function featureExtraction(
  parts: PipelineParts<PreTrainedModel>,
): FeatureExtractionPipeline {
  const embedder = new Embedder(task, parts);
  const call = async (
    input: string | readonly string[],
    options: FeatureExtractionOptions = {},
  ) => {
    checkCall(task, options, ['pooling', 'normalize', 'batch_size']);
    const { texts } = readTexts(task, input);
    return embedder.embed(texts, options);
  };
  return callable(call, { ...parts, task, dispose: () => embedder.dispose() });
}

/** Vectors of texts; what the pipelines of features and of similarity share. */
export class Embedder {
  readonly #hidden: BatchRunner<object>;
  readonly #mean: BatchRunner<object>;

  constructor(
    readonly task: string,
    readonly parts: PipelineParts<PreTrainedModel>,
  ) {
    const { model, tokenizer } = parts;
    const states = (output: object): Tensor => {
      if ('last_hidden_state' in output) return output.last_hidden_state as Tensor;
      throw new WrongInputError(
        `${task}: wants a model without a head, which gives hidden states; load it with AutoModel`,
      );
    };
    this.#hidden = new BatchRunner(model, tokenizer, (output) => [states(output)]);
    this.#mean = new BatchRunner(model, tokenizer, (output, { attention_mask }) => {
      const weights = attention_mask.to('f32').unsqueeze(-1); // [batch, length, 1]
      return [states(output).mul(weights).sum(1).div(weights.sum(1))];
    });
  }

  /** @returns [texts, width], or [texts, length, width] without a pooling */
  async embed(texts: readonly string[], options: FeatureExtractionOptions): Promise<Tensor> {
    const { pooling = 'none', normalize = false, batch_size } = options;
    if (!poolings.includes(pooling)) {
      throw new WrongInputError(
        `${this.task}: pooling wants one of ${poolings.join(', ')}: got ${JSON.stringify(pooling)}`,
      );
    }
    checkCount(this.task, 'batch_size', batch_size);
    const encodings = texts.map((text) => encodeText(this.parts, text));
    const runner = pooling === 'mean' ? this.#mean : this.#hidden;
    const rows = await runner.run(encodings, batch_size);
    const lengths = encodings.map(({ length }) => length);
    const vectors = rows.map(([row], i) => poolRow(row!, lengths[i]!, pooling));
    const width = rows[0]![0]!.shape.at(-1)!;
    if (normalize) for (const vector of vectors) normalizeRows(vector, width);
    if (pooling !== 'none') return stackRows(vectors, [vectors.length, width]);
    return stackRows(vectors, [vectors.length, Math.max(...lengths), width]);
  }

  dispose(): void {
    this.#hidden.dispose();
    this.#mean.dispose();
  }
}

function poolRow({ values, shape }: OutputRow, length: number, pooling: Pooling): Float32Array {
  const width = shape.at(-1)!;
  if (pooling === 'mean') return values.slice();
  if (pooling === 'none') return values.slice(0, length * width);
  const token = pooling === 'cls' || pooling === 'first_token' ? 0 : length - 1;
  return values.slice(token * width, (token + 1) * width);
}

function normalizeRows(values: Float32Array, width: number): void {
  for (let row = 0; row < values.length; row += width) {
    const vector = values.subarray(row, row + width);
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    // As torch's normalize: a vector of zeros stays.
    const scale = 1 / Math.max(norm, 1e-12);
    vector.forEach((value, i) => {
      vector[i] = value * scale;
    });
  }
}

function stackRows(rows: readonly Float32Array[], shape: readonly number[]): Tensor {
  const stride = shape.slice(1).reduce((product, size) => product * size, 1);
  const values = new Float32Array(rows.length * stride);
  rows.forEach((row, i) => {
    values.set(row, i * stride);
  });
  return tensor(values, [...shape]);
}
