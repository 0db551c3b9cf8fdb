import type { Seq2SeqLM } from '@llm/nn';
import { callable, type PipelineBase, type PipelineParts } from './parts.ts';
import { disposer, encodeSource, generateTexts, type TextToTextOptions } from './text-to-text.ts';

const task = 'text2text-generation';

/** What was made of a text. */
export interface Text2TextGenerated {
  readonly generated_text: string;
}

/** Makes a text of a text, by what the model was trained for. */
export interface Text2TextGenerationPipeline extends PipelineBase<Seq2SeqLM> {
  /** For several texts: of each, one after the other. */
  (texts: string | readonly string[], options?: TextToTextOptions): Promise<Text2TextGenerated[]>;
}

/** Makes the pipeline. */
export function text2textGeneration(parts: PipelineParts<Seq2SeqLM>): Text2TextGenerationPipeline {
  const call = async (input: string | readonly string[], options: TextToTextOptions = {}) => {
    const encode = encodeSource(parts, options.truncation);
    const { texts } = await generateTexts(task, parts, input, encode, options);
    return texts.flat().map((generated_text) => ({ generated_text }));
  };
  return callable(call, { ...parts, task, dispose: disposer(parts.model) });
}
