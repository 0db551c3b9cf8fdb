/**
 * DistilBERT (Sanh et al., 2019), after `modeling_distilbert.py` of transformers 4.56.
 *
 * @module
 */
import { arange, linear, type Tensor, Variable, zeros } from '@llm/tensor';
import { type ActivationName, activationOf } from '../layers/activations.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { Module } from '../module/module.ts';
import { commonDefaults, type ModelConfig } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import { withoutPositionIds } from '../pretrained/names.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import { MaskedLM } from '../tasks/masked-lm.ts';
import { MultipleChoice } from '../tasks/multiple-choice.ts';
import { SequenceClassification } from '../tasks/sequence-classification.ts';
import { attend } from './blocks/attend.ts';
import { checkLength, required } from './blocks/checks.ts';
import { type AttentionContext, maskOfKeys, Recorder } from './blocks/context.ts';
import { outputTable } from './blocks/encoder-heads.ts';
import { questionAnswering, tokenClassification } from './blocks/encoder-tasks.ts';

/** `config.json` of DistilBERT. */
export interface DistilBertConfig extends ModelConfig {
  readonly dim: number;
  readonly n_layers: number;
  readonly n_heads: number;
  readonly hidden_dim: number;
  readonly activation: ActivationName;
  readonly dropout: number;
  readonly attention_dropout: number;
  readonly qa_dropout: number;
  readonly seq_classif_dropout: number;
  readonly max_position_embeddings: number;
}

const eps = 1e-12;

class Attention extends Module {
  readonly q_lin: Linear;
  readonly k_lin: Linear;
  readonly v_lin: Linear;
  readonly out_lin: Linear;

  constructor(readonly config: DistilBertConfig) {
    super();
    const { dim } = config;
    this.q_lin = new Linear(dim, dim);
    this.k_lin = new Linear(dim, dim);
    this.v_lin = new Linear(dim, dim);
    this.out_lin = new Linear(dim, dim);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const dropout = this.training ? this.config.attention_dropout : 0;
    const [q, k, v] = [this.q_lin.forward(x), this.k_lin.forward(x), this.v_lin.forward(x)];
    return this.out_lin.forward(attend(q, k, v, { heads: this.config.n_heads, dropout }, context));
  }
}

class Block extends Module {
  readonly attention: Attention;
  readonly sa_layer_norm: LayerNorm;
  readonly ffn: { readonly lin1: Linear; readonly lin2: Linear };
  readonly output_layer_norm: LayerNorm;
  readonly dropout: Dropout;

  constructor(readonly config: DistilBertConfig) {
    super();
    const { dim, hidden_dim } = config;
    this.attention = new Attention(config);
    this.sa_layer_norm = new LayerNorm(dim, { eps });
    this.ffn = { lin1: new Linear(dim, hidden_dim), lin2: new Linear(hidden_dim, dim) };
    this.output_layer_norm = new LayerNorm(dim, { eps });
    this.dropout = new Dropout(config.dropout);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    x = this.sa_layer_norm.forward(this.attention.forward(x, context).add(x));
    const inner = activationOf(this.config.activation)(this.ffn.lin1.forward(x));
    return this.output_layer_norm.forward(
      this.dropout.forward(this.ffn.lin2.forward(inner)).add(x),
    );
  }
}

/** DistilBERT without a head. */
export class DistilBertModel extends PreTrainedModel {
  readonly inputNames = ['input_ids', 'attention_mask', 'position_ids', 'inputs_embeds'] as const;
  readonly embeddings: {
    readonly word_embeddings: Embedding;
    readonly position_embeddings: Embedding;
    readonly LayerNorm: LayerNorm;
  };
  readonly transformer: { readonly layer: readonly Block[] };
  readonly dropout: Dropout;

  constructor(override readonly config: DistilBertConfig) {
    super(config);
    const { dim, n_layers, vocab_size, max_position_embeddings, pad_token_id } = config;
    const padding = pad_token_id === null ? {} : { padding_idx: pad_token_id };
    this.embeddings = {
      word_embeddings: new Embedding(vocab_size, dim, padding),
      position_embeddings: new Embedding(max_position_embeddings, dim),
      LayerNorm: new LayerNorm(dim, { eps }),
    };
    this.transformer = { layer: Array.from({ length: n_layers }, () => new Block(config)) };
    this.dropout = new Dropout(config.dropout);
  }

  forward(inputs: ModelInputs): BaseOutput {
    const tensors = this.tensors(inputs);
    const { word_embeddings, position_embeddings, LayerNorm: norm } = this.embeddings;
    const words = tensors.inputs_embeds ?? word_embeddings.forward(required(tensors.input_ids));
    checkLength('distilbert', words, this.config.max_position_embeddings);
    const length = words.shape[1]!;
    const positions = tensors.position_ids ?? arange(length).reshape(1, length);
    const recorder = new Recorder(tensors);
    const { weights } = recorder;
    const mask = tensors.attention_mask && maskOfKeys(tensors.attention_mask);
    const context = { ...(mask && { mask }), ...(weights && { weights }) };
    const embedded = norm.forward(words.add(position_embeddings.forward(positions)));
    let x = recorder.see(this.dropout.forward(embedded));
    for (const block of this.transformer.layer) x = recorder.see(block.forward(x, context));
    return { last_hidden_state: x, ...recorder.recorded };
  }
}

const prefix = 'distilbert';

/** relu(dense(first token)), dropout and a classifier, as parts of a head. */
function firstTokenHead(config: DistilBertConfig, classes: number) {
  const pre_classifier = new Linear(config.dim, config.dim);
  const dropout = new Dropout(config.seq_classif_dropout);
  const classifier = new Linear(config.dim, classes);
  const logits = ({ last_hidden_state }: BaseOutput) => {
    const pooled = pre_classifier.forward(last_hidden_state.slice(null, 0)).relu();
    return classifier.forward(dropout.forward(pooled));
  };
  const base = new DistilBertModel(config);
  return { prefix, base, head: { pre_classifier, dropout, classifier }, logits };
}

/** DistilBERT and its heads. */
export const distilbert = defineFamily<DistilBertConfig>({
  model_type: 'distilbert',
  className: 'DistilBert',
  prefix,
  defaults: {
    ...commonDefaults,
    model_type: 'distilbert',
    vocab_size: 30522,
    dim: 768,
    n_layers: 6,
    n_heads: 12,
    hidden_dim: 3072,
    activation: 'gelu',
    dropout: 0.1,
    attention_dropout: 0.1,
    qa_dropout: 0.1,
    seq_classif_dropout: 0.2,
    max_position_embeddings: 512,
    pad_token_id: 0,
  },
  rename: withoutPositionIds,
  tasks: {
    base: (config) => new DistilBertModel(config),
    MaskedLM: (config) => {
      const base = new DistilBertModel(config);
      const vocab_transform = new Linear(config.dim, config.dim);
      const vocab_layer_norm = new LayerNorm(config.dim, { eps });
      const vocab_projector = {
        weight: outputTable(config, base.embeddings.word_embeddings.weight),
        bias: new Variable(zeros([config.vocab_size])),
      };
      const logits = ({ last_hidden_state }: BaseOutput) => {
        const x = activationOf(config.activation)(vocab_transform.forward(last_hidden_state));
        return linear(vocab_layer_norm.forward(x), vocab_projector.weight, vocab_projector.bias);
      };
      const head = { vocab_transform, vocab_layer_norm, vocab_projector };
      return new MaskedLM(config, { prefix, base, head, logits });
    },
    SequenceClassification: (config) =>
      new SequenceClassification(config, firstTokenHead(config, config.num_labels)),
    MultipleChoice: (config) => new MultipleChoice(config, firstTokenHead(config, 1)),
    TokenClassification: (config) => {
      const { dim: width, dropout } = config;
      return tokenClassification(config, {
        prefix,
        base: new DistilBertModel(config),
        width,
        dropout,
      });
    },
    QuestionAnswering: (config) => {
      const { dim: width, qa_dropout: dropout } = config;
      return questionAnswering(config, {
        prefix,
        base: new DistilBertModel(config),
        width,
        dropout,
      });
    },
  },
});
