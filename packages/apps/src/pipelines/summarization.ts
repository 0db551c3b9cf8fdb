import type { Seq2SeqLM } from '@llm/nn';
import { longestInput } from './encode.ts';
import { callable, type PipelineBase, type PipelineParts, readTexts } from './parts.ts';
import {
  disposer,
  encodeSource,
  generateTexts,
  prefixOf,
  type TextToTextOptions,
} from './text-to-text.ts';

const task = 'summarization';

/** What a text says in short. */
export interface Summary {
  readonly summary_text: string;
}

/** Options of a call: those of generation, and these. */
export interface SummarizationOptions extends Omit<TextToTextOptions, 'truncation'> {
  /**
   * What becomes of a text that is too long for the model: it is summarized in parts, by sentences, and the
   * summaries are joined (default, false), or it is cut (true).
   */
  readonly truncation?: boolean;
}

/** Says texts in short. */
export interface SummarizationPipeline extends PipelineBase<Seq2SeqLM> {
  (texts: string | readonly string[], options?: SummarizationOptions): Promise<Summary[]>;
}

/** Makes the pipeline. */
export function summarization(parts: PipelineParts<Seq2SeqLM>): SummarizationPipeline {
  const prefix = prefixOf(parts.model, task);
  const encode = encodeSource(parts);
  const call = async (input: string | readonly string[], options: SummarizationOptions = {}) => {
    const { truncation = false, ...settings } = options;
    const { texts } = readTexts(task, input);
    const documents = texts.map((text) => (truncation ? [text] : partsOf(parts, text, prefix)));
    const made = await generateTexts(
      task,
      parts,
      documents.flat().map((part) => prefix + part),
      encode,
      settings,
    );
    let next = 0;
    return documents.flatMap((document) => {
      const lists = document.map(() => made.texts[next++]!);
      // The first summaries of all parts make one, the second ones the next.
      return lists[0]!.map((_, i) => ({ summary_text: lists.map((list) => list[i]!).join(' ') }));
    });
  };
  return callable(call, { ...parts, task, dispose: disposer(parts.model) });
}

/** Runs of whole sentences that the model takes at once. */
function partsOf({ model, tokenizer }: PipelineParts, text: string, prefix: string): string[] {
  const limit = longestInput(model, tokenizer);
  const tokens = (part: string) => tokenizer.encode(prefix + part).length;
  if (limit === undefined || tokens(text) <= limit) return [text];
  const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(text);
  const runs: string[] = [];
  let run = '';
  for (const { segment } of sentences) {
    if (run !== '' && tokens(run + segment) > limit) {
      runs.push(run.trim());
      run = '';
    }
    run += segment;
  }
  return [...runs, run.trim()].filter((part) => part !== '');
}
