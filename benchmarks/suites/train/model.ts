/**
 * The model that the suite fine-tunes, and its batches.
 *
 * @module
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoModelForSequenceClassification,
  manualSeed,
  type SequenceClassification,
  type Tensor,
  tensor,
} from '@llm/nn';
import { installWeights, minilm } from '../../../tools/pretrained/weights.ts';
import { Unavailable } from '../../harness/case.ts';
import { useWasm } from '../../ours/device.ts';

/** Ids of whole words in the vocabulary. */
const WORDS = { first: 1996, count: 25_000 };

/** Sentences of a round: none has padding. */
export interface Sentences {
  readonly batch: number;
  readonly length: number;
  /** [batch, length] */
  readonly ids: Int32Array<ArrayBuffer>;
  /** 0 or 1: [batch] */
  readonly labels: Int32Array<ArrayBuffer>;
}

/** The same sentences for every contender in a round. */
export function sentences(round: number, batch: number, length: number): Sentences {
  const ids = Int32Array.from({ length: batch * length }, (_, i) => {
    return WORDS.first + ((i * 7919 + round * 104_729) % WORDS.count);
  });
  return { batch, length, ids, labels: Int32Array.from({ length: batch }, (_, row) => row % 2) };
}

/** What the model takes of them. */
export function inputsOf({ batch, length, ids, labels }: Sentences): Record<string, Tensor> {
  return {
    input_ids: tensor(ids, [batch, length]),
    attention_mask: tensor(new Int32Array(ids.length).fill(1), [batch, length]),
    labels: tensor(labels, [batch]),
  };
}

/** all-MiniLM-L6-v2 with a head for two classes and without dropout, the same weights each time. */
export async function loadClassifier(): Promise<SequenceClassification> {
  useWasm();
  try {
    installWeights();
  } catch (error) {
    throw new Unavailable('absent', (error as Error).message);
  }
  manualSeed(1);
  const config = { num_labels: 2, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  return await AutoModelForSequenceClassification.from_pretrained(minilm, { config });
}

let saved: Promise<string> | undefined;

/** A folder with that model, for the other side; it is left in the folder for temporary files. */
export function savedClassifier(): Promise<string> {
  saved ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llm-benchmark-'));
    const model = await loadClassifier();
    await model.save_pretrained(folder);
    for (const parameter of model.parameters()) parameter.dispose();
    return folder;
  })();
  return saved;
}
