/**
 * Heads that several families of encoders share, with their names in checkpoints.
 *
 * @module
 */
import { linear, type Tensor, Variable, zeros } from '@llm/tensor';
import { normal } from '../../init.ts';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { Dropout } from '../../layers/dropout.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { Linear } from '../../layers/linear.ts';
import { Module } from '../../module/module.ts';
import type { ModelConfig } from '../../pretrained/config.ts';

/** dropout, then a linear layer, as parts of a head. */
export function dropoutThenLinear(width: number, classes: number, p: number, name = 'classifier') {
  const dropout = new Dropout(p);
  const output = new Linear(width, classes);
  return {
    head: { [name]: output, dropout },
    score: (x: Tensor) => output.forward(dropout.forward(x)),
  };
}

/** The table of embeddings itself where outputs are tied to it, else a matrix of its size. */
export function outputTable(config: ModelConfig, table: Variable): Variable {
  if (config.tie_word_embeddings) return table;
  return new Variable(normal(table.shape, 0, config.initializer_range));
}

/** out_proj(dropout(f(dense(dropout(first token))))), as RoBERTa classifies texts. */
export class FirstTokenClassifier extends Module {
  readonly dense: Linear;
  readonly dropout: Dropout;
  readonly out_proj: Linear;

  constructor(
    width: number,
    classes: number,
    dropout: number,
    readonly activation: ActivationName,
  ) {
    super();
    this.dense = new Linear(width, width);
    this.dropout = new Dropout(dropout);
    this.out_proj = new Linear(width, classes);
  }

  forward(hidden: Tensor): Tensor {
    const x = this.dropout.forward(hidden.slice(null, 0)); // [batch, width]
    const y = activationOf(this.activation)(this.dense.forward(x));
    return this.out_proj.forward(this.dropout.forward(y));
  }
}

/** Scores of the vocabulary by the table of embeddings: norm(f(dense(x))) · Eᵀ + bias. */
export class VocabularyHead extends Module {
  readonly dense: Linear;
  readonly layer_norm: LayerNorm;
  readonly bias: Variable;
  readonly decoder: { readonly weight: Variable; readonly bias: Variable };

  constructor(
    width: number,
    inner: number,
    eps: number,
    readonly activation: ActivationName,
    table: Variable,
  ) {
    super();
    this.dense = new Linear(width, inner);
    this.layer_norm = new LayerNorm(inner, { eps });
    this.bias = new Variable(zeros([table.shape[0]!]));
    this.decoder = { weight: table, bias: this.bias };
  }

  forward(x: Tensor): Tensor {
    const y = this.layer_norm.forward(activationOf(this.activation)(this.dense.forward(x)));
    return linear(y, this.decoder.weight, this.bias);
  }
}
