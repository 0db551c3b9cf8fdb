import type { PreTrainedModel } from '@llm/nn';
import { Embedder, type FeatureExtractionOptions, type Pooling } from './feature-extraction.ts';
import {
  callable,
  checkCall,
  type PipelineBase,
  type PipelineParts,
  readText,
  readTexts,
} from './parts.ts';

const task = 'sentence-similarity';

/** Options of a call. */
export interface SentenceSimilarityOptions extends Omit<FeatureExtractionOptions, 'normalize'> {
  /** What stands for a text; the model's card says which it was trained with. Default `'mean'`. */
  readonly pooling?: Exclude<Pooling, 'none'>;
}

/** Says how near in meaning texts are. */
export interface SentenceSimilarityPipeline extends PipelineBase<PreTrainedModel> {
  /** The cosine of the source's vector with that of each sentence, −1 to 1. */
  (
    source_sentence: string,
    sentences: readonly string[],
    options?: SentenceSimilarityOptions,
  ): Promise<number[]>;
}

/** Makes the pipeline. */
export function sentenceSimilarity(
  parts: PipelineParts<PreTrainedModel>,
): SentenceSimilarityPipeline {
  const embedder = new Embedder(task, parts);
  const call = async (
    source_sentence: string,
    sentences: readonly string[],
    options: SentenceSimilarityOptions = {},
  ) => {
    checkCall(task, options, ['pooling', 'batch_size']);
    const source = readText(task, 'source_sentence', source_sentence);
    const { texts } = readTexts(`${task}: sentences`, sentences);
    const vectors = await embedder.embed([source, ...texts], {
      pooling: 'mean',
      ...options,
      normalize: true,
    });
    const width = vectors.shape[1]!;
    const values = (await vectors.data()) as Float32Array;
    vectors.dispose();
    const own = values.subarray(0, width);
    return texts.map((_, i) => {
      const other = values.subarray((i + 1) * width, (i + 2) * width);
      return own.reduce((sum, value, j) => sum + value * other[j]!, 0);
    });
  };
  return callable(call, { ...parts, task, dispose: () => embedder.dispose() });
}
