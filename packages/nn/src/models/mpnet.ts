/**
 * MPNet (Song et al., 2020): BERT with T5's relative positions on top of its own; after `modeling_mpnet.py` of
 * transformers 4.56.
 *
 * @module
 */
import type { Tensor } from '@llm/tensor';
import { activationOf } from '../layers/activations.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { Module } from '../module/module.ts';
import { commonDefaults } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import { withoutPositionIds } from '../pretrained/names.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import { MaskedLM } from '../tasks/masked-lm.ts';
import { SequenceClassification } from '../tasks/sequence-classification.ts';
import { attend } from './blocks/attend.ts';
import { type BertEncoderConfig, bertEncoderDefaults } from './blocks/bert-encoder.ts';
import { positionsAfterPadding } from './blocks/bert-model.ts';
import { checkLength, required } from './blocks/checks.ts';
import { type AttentionContext, maskOfKeys, Recorder } from './blocks/context.ts';
import { FirstTokenClassifier, outputTable, VocabularyHead } from './blocks/encoder-heads.ts';
import { multipleChoice, questionAnswering, tokenClassification } from './blocks/encoder-tasks.ts';
import { relativeBias } from './blocks/relative-bias.ts';

/** `config.json` of MPNet. */
export interface MPNetConfig extends BertEncoderConfig {
  readonly relative_attention_num_buckets: number;
}

class Attention extends Module {
  readonly attn: {
    readonly q: Linear;
    readonly k: Linear;
    readonly v: Linear;
    readonly o: Linear;
  };
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(readonly config: MPNetConfig) {
    super();
    const { hidden_size: width, layer_norm_eps: eps } = config;
    const [q, k, v, o] = Array.from({ length: 4 }, () => new Linear(width, width));
    this.attn = { q: q!, k: k!, v: v!, o: o! };
    this.LayerNorm = new LayerNorm(width, { eps });
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const { q, k, v, o } = this.attn;
    const { num_attention_heads: heads, attention_probs_dropout_prob } = this.config;
    const dropout = this.training ? attention_probs_dropout_prob : 0;
    const settings = { heads, dropout };
    const mixed = attend(q.forward(x), k.forward(x), v.forward(x), settings, context);
    return this.LayerNorm.forward(this.dropout.forward(o.forward(mixed)).add(x));
  }
}

class Layer extends Module {
  readonly attention: Attention;
  readonly intermediate: { readonly dense: Linear };
  readonly output: { readonly dense: Linear; readonly LayerNorm: LayerNorm };
  readonly dropout: Dropout;

  constructor(readonly config: MPNetConfig) {
    super();
    const { hidden_size: width, intermediate_size: inner, layer_norm_eps: eps } = config;
    this.attention = new Attention(config);
    this.intermediate = { dense: new Linear(width, inner) };
    this.output = { dense: new Linear(inner, width), LayerNorm: new LayerNorm(width, { eps }) };
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    x = this.attention.forward(x, context);
    const inner = activationOf(this.config.hidden_act)(this.intermediate.dense.forward(x));
    const y = this.dropout.forward(this.output.dense.forward(inner));
    return this.output.LayerNorm.forward(y.add(x));
  }
}

/** The padding token behind whose number positions are counted, whatever the configuration says. */
const padding = 1;

/** MPNet without a head. */
export class MPNetModel extends PreTrainedModel {
  readonly inputNames = ['input_ids', 'attention_mask', 'position_ids'] as const;
  readonly embeddings: {
    readonly word_embeddings: Embedding;
    readonly position_embeddings: Embedding;
    readonly LayerNorm: LayerNorm;
  };
  readonly encoder: {
    readonly layer: readonly Layer[];
    readonly relative_attention_bias: Embedding;
  };
  readonly pooler?: { readonly dense: Linear };
  readonly dropout: Dropout;

  constructor(
    override readonly config: MPNetConfig,
    pooler: boolean,
  ) {
    super(config);
    const { hidden_size: width, vocab_size, max_position_embeddings, layer_norm_eps: eps } = config;
    this.embeddings = {
      word_embeddings: new Embedding(vocab_size, width, { padding_idx: padding }),
      position_embeddings: new Embedding(max_position_embeddings, width, { padding_idx: padding }),
      LayerNorm: new LayerNorm(width, { eps }),
    };
    this.encoder = {
      layer: Array.from({ length: config.num_hidden_layers }, () => new Layer(config)),
      relative_attention_bias: new Embedding(
        config.relative_attention_num_buckets,
        config.num_attention_heads,
      ),
    };
    if (pooler) this.pooler = { dense: new Linear(width, width) };
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(inputs: ModelInputs): BaseOutput {
    const tensors = this.tensors(inputs);
    const { word_embeddings, position_embeddings, LayerNorm: norm } = this.embeddings;
    const ids = required(tensors.input_ids);
    checkLength('mpnet', ids, this.config.max_position_embeddings - padding - 1);
    const positions = tensors.position_ids ?? positionsAfterPadding(ids, padding);
    const words = word_embeddings.forward(ids).add(position_embeddings.forward(positions));
    const length = ids.shape[1]!;
    const bias = relativeBias(this.encoder.relative_attention_bias.weight, length, length, {
      buckets: this.config.relative_attention_num_buckets,
      maxDistance: 128,
      isBidirectional: true,
    });
    const recorder = new Recorder(tensors);
    const { weights } = recorder;
    const mask = tensors.attention_mask && maskOfKeys(tensors.attention_mask);
    const context = { bias, ...(mask && { mask }), ...(weights && { weights }) };
    let x = recorder.see(this.dropout.forward(norm.forward(words)));
    for (const layer of this.encoder.layer) x = recorder.see(layer.forward(x, context));
    const pooled = this.pooler?.dense.forward(x.slice(null, 0)).tanh();
    return { last_hidden_state: x, ...(pooled && { pooler_output: pooled }), ...recorder.recorded };
  }
}

const prefix = 'mpnet';

const parts = (config: MPNetConfig, pooler: boolean) => ({
  prefix,
  base: new MPNetModel(config, pooler),
  width: config.hidden_size,
  dropout: config.hidden_dropout_prob,
});

/** MPNet and its heads. */
export const mpnet = defineFamily<MPNetConfig>({
  model_type: 'mpnet',
  className: 'MPNet',
  prefix,
  defaults: {
    ...commonDefaults,
    ...bertEncoderDefaults,
    model_type: 'mpnet',
    vocab_size: 30527,
    relative_attention_num_buckets: 32,
    pad_token_id: 1,
    bos_token_id: 0,
    eos_token_id: 2,
  },
  rename: withoutPositionIds,
  tasks: {
    base: (config) => parts(config, true).base,
    MaskedLM: (config) => {
      const { base, width } = parts(config, false);
      const table = outputTable(config, base.embeddings.word_embeddings.weight);
      const lm_head = new VocabularyHead(width, width, config.layer_norm_eps, 'gelu', table);
      const logits = ({ last_hidden_state }: BaseOutput) => lm_head.forward(last_hidden_state);
      return new MaskedLM(config, { prefix, base, head: { lm_head }, logits });
    },
    SequenceClassification: (config) => {
      const { base, width, dropout } = parts(config, false);
      const classifier = new FirstTokenClassifier(width, config.num_labels, dropout, 'tanh');
      const logits = ({ last_hidden_state }: BaseOutput) => classifier.forward(last_hidden_state);
      return new SequenceClassification(config, { prefix, base, head: { classifier }, logits });
    },
    TokenClassification: (config) => tokenClassification(config, parts(config, false)),
    QuestionAnswering: (config) =>
      questionAnswering(config, { ...parts(config, false), dropout: 0 }),
    MultipleChoice: (config) => multipleChoice(config, parts(config, true)),
  },
});
