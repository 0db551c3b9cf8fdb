import { checkFileName, parseJson, saveFolder } from '@llm/hub';
import { decodeTensors, encodeTensors, tensor } from '@llm/nn';
import { type FeatureExtractionPipeline, WrongInputError } from '../pipelines/index.ts';
import { topPositions } from '../pipelines/scores.ts';
import { cutPassages, type Passage, type PassageOptions } from './cut-passages.ts';
import type { Document } from './read-documents.ts';

/** A passage that was found. */
export interface FoundPassage extends Passage {
  /** Cosine of its vector with the question's, −1 to 1; or what a ranking model says of it. */
  readonly score: number;
}

/** Options of `PassageIndex.build`. */
export interface BuildOptions extends PassageOptions {
  /** Called with the passages done and their number. */
  readonly on_progress?: (done: number, total: number) => void;
  /** Ends the work after the passages it is at. */
  readonly signal?: AbortSignal;
}

/** Passages between two reports of progress. */
const chunk = 32;
const files = { passages: 'passages.json', vectors: 'vectors.safetensors' };

/** Passages with a vector each, found by how near they are to a question's. */
export class PassageIndex {
  private constructor(
    readonly passages: readonly Passage[],
    /** [passages, width], of length 1 each. */
    readonly vectors: Float32Array,
    readonly width: number,
  ) {}

  /**
   * Cuts documents into passages and computes their vectors.
   *
   * @throws WrongInputError if there is no document, or two have one id
   */
  static async build(
    documents: readonly Document[],
    embed: FeatureExtractionPipeline,
    { on_progress, signal, ...options }: BuildOptions = {},
  ): Promise<PassageIndex> {
    const ids = new Set(documents.map(({ id }) => id));
    if (ids.size < documents.length) {
      throw new WrongInputError(
        'PassageIndex: two documents have one id; citations would be unclear',
      );
    }
    const passages = documents.flatMap((document) =>
      cutPassages(document, embed.tokenizer, options),
    );
    if (passages.length === 0) throw new WrongInputError('PassageIndex: got no text to search in');
    const rows: Float32Array[] = [];
    for (let start = 0; start < passages.length; start += chunk) {
      signal?.throwIfAborted();
      const texts = passages.slice(start, start + chunk).map(({ text }) => text);
      rows.push(await vectorsOf(embed, texts));
      on_progress?.(Math.min(start + chunk, passages.length), passages.length);
    }
    const vectors = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
    let place = 0;
    for (const row of rows) {
      vectors.set(row, place);
      place += row.length;
    }
    return new PassageIndex(passages, vectors, vectors.length / passages.length);
  }

  /** The passages nearest in meaning to a question, best first. */
  async search(
    question: string,
    embed: FeatureExtractionPipeline,
    top_k: number,
  ): Promise<FoundPassage[]> {
    const vector = await vectorsOf(embed, [question]);
    if (vector.length !== this.width) {
      throw new WrongInputError(
        `PassageIndex: holds vectors of ${this.width} numbers, the model gives ${vector.length}: search with the model that the index was built with`,
      );
    }
    const scores = Float64Array.from(this.passages, (_, i) => {
      let sum = 0;
      for (let j = 0; j < this.width; j++) sum += vector[j]! * this.vectors[i * this.width + j]!;
      return sum;
    });
    return topPositions(scores, top_k).map((i) => ({ ...this.passages[i]!, score: scores[i]! }));
  }

  /** Writes passages and vectors into a folder (Node). */
  async save(folder: string): Promise<void> {
    const vectors = tensor(this.vectors, [this.passages.length, this.width]);
    await saveFolder(folder, {
      [files.vectors]: await encodeTensors({ vectors }),
      [checkFileName(files.passages)]: JSON.stringify(this.passages),
    });
  }

  /**
   * Reads what `save` wrote (Node).
   *
   * @throws WrongInputError naming what is wrong with the files
   */
  static async load(folder: string): Promise<PassageIndex> {
    const { readFile } = await import('node:fs/promises');
    const { join } = await import('node:path');
    const read = (name: string) =>
      readFile(join(folder, name)).catch((error: Error) => {
        throw new WrongInputError(`PassageIndex: ${folder} holds no index: ${error.message}`);
      });
    const passages = parseJson(await read(files.passages), files.passages);
    if (!Array.isArray(passages) || !passages.every(isPassage)) {
      throw new WrongInputError(
        `PassageIndex: ${join(folder, files.passages)} is no list of passages`,
      );
    }
    const { vectors } = decodeTensors(await read(files.vectors)).tensors;
    const [rows, width] = vectors?.shape ?? [];
    if (vectors?.shape.length !== 2 || rows !== passages.length || vectors.dtype !== 'f32') {
      throw new WrongInputError(
        `PassageIndex: ${join(folder, files.vectors)} wants vectors f32 [${passages.length}, width]: got ${vectors ? `${vectors.dtype} [${vectors.shape.join(', ')}]` : 'none'}`,
      );
    }
    const values = (await vectors.data()) as Float32Array;
    return new PassageIndex(passages, values, width!);
  }
}

function isPassage(value: unknown): value is Passage {
  const { document, start, end, text } = (value ?? {}) as Partial<Passage>;
  const areTexts = typeof document === 'string' && typeof text === 'string';
  return areTexts && Number.isInteger(start) && Number.isInteger(end);
}

async function vectorsOf(
  embed: FeatureExtractionPipeline,
  texts: readonly string[],
): Promise<Float32Array> {
  const vectors = await embed(texts, { pooling: 'mean', normalize: true, batch_size: 8 });
  const values = (await vectors.data()) as Float32Array;
  vectors.dispose();
  return values;
}
