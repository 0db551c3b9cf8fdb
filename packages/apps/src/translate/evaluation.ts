import { corpusBleu } from '@llm/train';
import {
  type CorpusSplit,
  copyBaseline,
  type HeldOutPair,
  nearestBaseline,
} from '../corpus/index.ts';
import type { Translator } from './translator.ts';

/** BLEU of the model and of two programs that translate nothing. */
export interface TranslatorScores {
  readonly pairs: number;
  readonly model: number;
  /** The source, unchanged. */
  readonly copy: number;
  /** The translation of the most similar training source. */
  readonly nearest: number;
}

/** What the held-out pairs show. */
export interface Evaluation {
  readonly all: TranslatorScores;
  /** Pairs without a near twin in training. */
  readonly novel: TranslatorScores;
  readonly translations: readonly string[];
}

/** Translates the held-out pairs and scores them beside the baselines. */
export async function evaluateTranslator(
  translator: Translator,
  corpus: CorpusSplit,
  onProgress?: (done: number) => void,
): Promise<Evaluation> {
  const sources = corpus.heldOut.map(({ source }) => source);
  const translations = await translator.translate(sources, onProgress);
  const nearest = nearestBaseline(corpus.training);
  const systems = {
    model: translations,
    copy: sources.map(copyBaseline),
    nearest: sources.map(nearest),
  };
  const scores = (keep: (pair: HeldOutPair) => boolean): TranslatorScores => {
    const rows = corpus.heldOut.flatMap((pair, i) => (keep(pair) ? [i] : []));
    const references = rows.map((i) => [corpus.heldOut[i]!.target]);
    const bleu = (hypotheses: readonly string[]) =>
      corpusBleu(
        rows.map((i) => hypotheses[i]!),
        references,
      ).score;
    return {
      pairs: rows.length,
      model: bleu(systems.model),
      copy: bleu(systems.copy),
      nearest: bleu(systems.nearest),
    };
  };
  return { all: scores(() => true), novel: scores(({ novel }) => novel), translations };
}
