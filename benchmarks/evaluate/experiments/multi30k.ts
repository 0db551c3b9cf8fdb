import { pipeline } from '@llm/apps';
import { createModel, init, Linear, type Seq2SeqLM, SinusoidalPositions, zeros } from '@llm/nn';
import { mbart } from '@llm/nn/models';
import { trainByteLevelBPE } from '@llm/tokenizers';
import { corpusBleu, corpusChrf, dataCollatorForSeq2Seq, Trainer } from '@llm/train';
import { type CaptionPair, readCaptions } from '../data/multi30k.ts';
import type { Experiment } from '../experiment.ts';

const [width, inner, heads, layers, vocabulary, longest] = [256, 512, 4, 3, 6000, 128];

/** Captions from English to German by a Transformer that knows nothing beforehand. */
export const multi30k: Experiment = {
  name: 'multi30k',
  summary: 'Multi30k test_2016, English to German: a Transformer from random weights, beam 5',
  seeds: [1],
  bars: { bleu: 28 },
  belowPyTorch: {},
  async run({ args, callbacks, signal, log }) {
    const [train, test] = await Promise.all([
      readCaptions('train'),
      readCaptions('test_2016_flickr'),
    ]);
    const tokenizer = await trainByteLevelBPE(
      train.flatMap(({ source, target }) => [source, target]),
      {
        vocab_size: vocabulary,
        pad_token: '<pad>',
        bos_token: '<s>',
        eos_token: '</s>',
        special_tokens: ['<pad>', '<s>', '</s>'],
        template: { single: '$A </s>' },
        add_prefix_space: true,
        model_max_length: longest,
      },
    );
    const model = createModel(mbart, 'Seq2SeqLM', {
      vocab_size: tokenizer.total_size,
      d_model: width,
      encoder_layers: layers,
      decoder_layers: layers,
      encoder_attention_heads: heads,
      decoder_attention_heads: heads,
      encoder_ffn_dim: inner,
      decoder_ffn_dim: inner,
      activation_function: 'relu',
      dropout: 0.1,
      max_position_embeddings: longest,
      scale_embedding: true,
      pad_token_id: tokenizer.pad_token_id!,
      bos_token_id: tokenizer.bos_token_id!,
      eos_token_id: tokenizer.eos_token_id!,
      // The last token of the labels goes before the first: what mBART does with its language codes.
      decoder_start_token_id: tokenizer.eos_token_id!,
      forced_eos_token_id: null,
    });
    initialize(model);
    const encode = ({ source, target }: CaptionPair) => {
      const [input_ids, labels] = [tokenizer.encode(source), tokenizer.encode(target)];
      return { input_ids, labels, length: lengthOf(input_ids.length, labels.length) };
    };
    const trainer = new Trainer({
      model,
      args: {
        learning_rate: 1e-3,
        adam_beta2: 0.98,
        adam_epsilon: 1e-9,
        lr_scheduler_type: 'cosine',
        warmup_steps: 500,
        num_train_epochs: 9,
        per_device_train_batch_size: 64,
        label_smoothing_factor: 0.1,
        group_by_length: true,
        save_steps: 200,
        ...args,
      },
      train_dataset: train.map(encode),
      data_collator: dataCollatorForSeq2Seq(tokenizer, { pad_to_multiple_of: 4 }),
      callbacks,
      signal,
    });
    await trainer.train();
    model.eval();
    const translate = await pipeline('translation', model, { tokenizer });
    const texts: string[] = [];
    for (let start = 0; start < test.length; start += 50) {
      const some = test.slice(start, start + 50).map(({ source }) => source);
      const made = await translate(some, { num_beams: 5, max_new_tokens: 60, batch_size: 25 });
      texts.push(...made.map(({ translation_text }) => translation_text.trim()));
      log(`translated ${texts.length}/${test.length}`);
    }
    translate.dispose();
    const references = test.map(({ target }) => [target]);
    return {
      bleu: corpusBleu(texts, references).score,
      bleuLowerCased: corpusBleu(texts, references, { lowercase: true }).score,
      chrf: corpusChrf(texts, references).score,
    };
  },
};

/** Orders pairs by their longer side, then by the other: grouped by it, a batch is full on both sides. */
function lengthOf(source: number, target: number): number {
  return Math.max(source, target) * longest + Math.min(source, target);
}

/** Xavier's weights instead of mBART's narrow ones, and sinusoids to begin with. */
function initialize(model: Seq2SeqLM): void {
  model.apply((module) => {
    if (!(module instanceof Linear)) return;
    module.weight.assign(init.xavierUniform(module.weight.shape));
    module.bias?.assign(zeros(module.bias.shape));
  });
  for (const [name, parameter] of model.namedParameters()) {
    const { shape } = parameter;
    if (name === 'model.shared.weight') parameter.assign(init.normal(shape, 0, width ** -0.5));
    if (name.endsWith('embed_positions.weight')) {
      parameter.assign(new SinusoidalPositions(shape[0]!, width).table);
    }
  }
}
