/**
 * What decoders without an encoder share: the context of a call, and their heads.
 *
 * @module
 */
import { arange, linear, type Tensor, takeAlong, type Variable } from '@llm/tensor';
import { Linear } from '../../layers/linear.ts';
import type { ModelConfig } from '../../pretrained/config.ts';
import type { Family } from '../../pretrained/family.ts';
import type { TensorInputs } from '../../pretrained/inputs.ts';
import type { TaskName } from '../../pretrained/task-names.ts';
import { CausalLM, type DecoderBase } from '../../tasks/causal-lm.ts';
import { QuestionAnswering } from '../../tasks/question-answering.ts';
import { SequenceClassification } from '../../tasks/sequence-classification.ts';
import { TokenClassification } from '../../tasks/token-classification.ts';
import { type AttentionContext, type KeyValueCache, maskOfKeys, type Recorder } from './context.ts';
import { dropoutThenLinear, outputTable } from './encoder-heads.ts';

/** What the attention layers of a decoder see in one call. */
export function causalContext(
  { attention_mask }: TensorInputs,
  { weights }: Recorder,
  cache: KeyValueCache | undefined,
): AttentionContext {
  return {
    isCausal: true,
    ...(attention_mask && { mask: maskOfKeys(attention_mask) }),
    ...(weights && { weights }),
    ...(cache && { cache }),
  };
}

/** Positions of new tokens x [batch, length, …]: those after the cache's, [1, length]. */
export function newPositions(x: Tensor, cache: KeyValueCache | undefined): Tensor {
  const places = arange(x.shape[1]!).reshape(1, x.shape[1]!);
  return cache ? places.add(cache.offset) : places;
}

/** What the heads of a family of decoders need to know. */
export interface DecoderHeads<Config extends ModelConfig, Model extends DecoderBase> {
  /** Name of the model without a head in checkpoints. */
  readonly prefix: string;
  readonly width: (config: Config) => number;
  /** The table of embeddings, to which the output layer can be tied. */
  readonly table: (base: Model) => Variable;
  /** Dropout before a classifier of tokens. */
  readonly classifierDropout: (config: Config) => number;
  /** Name of the model without a head below the question answerer. Default: `prefix`. */
  readonly questionAnsweringPrefix?: string;
  /** Name of the classifier of tokens. */
  readonly tokenClassifier: 'classifier' | 'score';
  /** Tasks for which Python has no class of the family, so that it could not load what is saved. */
  readonly absent?: readonly TaskName[];
  /** Changes the logits of the language model, as Gemma 2's soft cap. */
  readonly adapt?: (logits: Tensor, config: Config) => Tensor;
}

/** The models of a family of decoders by task. */
export function decoderTasks<Config extends ModelConfig, Model extends DecoderBase>(
  make: (config: Config) => Model,
  heads: DecoderHeads<Config, Model>,
): Family<Config>['tasks'] {
  const { prefix, width, table, classifierDropout, tokenClassifier, adapt, absent = [] } = heads;
  const tasks: Family<Config>['tasks'] = {
    base: make,
    CausalLM: (config) => {
      const base = make(config);
      const weight = outputTable(config, table(base));
      const logits = (hidden: Tensor) => {
        const scores = linear(hidden, weight);
        return adapt ? adapt(scores, config) : scores;
      };
      return new CausalLM(config, { prefix, base, head: { lm_head: { weight } }, logits });
    },
    SequenceClassification: (config) => {
      const score = new Linear(width(config), config.num_labels, { bias: false });
      return new SequenceClassification(config, {
        prefix,
        base: make(config),
        head: { score },
        logits: ({ last_hidden_state }, { input_ids }) =>
          lastToken(score.forward(last_hidden_state), input_ids, config),
      });
    },
    TokenClassification: (config) => {
      const p = classifierDropout(config);
      const parts = dropoutThenLinear(width(config), config.num_labels, p, tokenClassifier);
      return new TokenClassification(config, {
        prefix,
        base: make(config),
        head: parts.head,
        logits: ({ last_hidden_state }) => parts.score(last_hidden_state),
      });
    },
    QuestionAnswering: (config) => {
      const qa_outputs = new Linear(width(config), 2);
      return new QuestionAnswering(config, {
        prefix: heads.questionAnsweringPrefix ?? prefix,
        base: make(config),
        head: { qa_outputs },
        logits: ({ last_hidden_state }) => qa_outputs.forward(last_hidden_state),
      });
    },
  };
  return Object.fromEntries(
    Object.entries(tasks).filter(([task]) => !absent.includes(task as TaskName)),
  );
}

/** Scores at the last token that is not padding: [batch, length, classes] → [batch, classes]. */
function lastToken(scores: Tensor, ids: Tensor | undefined, config: ModelConfig): Tensor {
  const [batch, length, classes] = scores.shape as readonly [number, number, number];
  const pad = config.pad_token_id;
  if (pad === null && batch > 1) {
    throw new Error(
      `${config.model_type}: a batch needs pad_token_id in the configuration; pass { config: { pad_token_id } }`,
    );
  }
  if (pad === null || !ids) return scores.slice(null, -1);
  const last = arange(length).mul(ids.ne(pad).to('i32')).max(1); // [batch]
  const index = last.reshape(batch, 1, 1).expand(batch, 1, classes);
  return takeAlong(scores, index, 1).reshape(batch, classes);
}
