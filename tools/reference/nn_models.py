#!/usr/bin/env python3
"""Tiny random models of every family and head by transformers, with what they compute, for packages/nn/test.

    pip install torch transformers==4.56.2 safetensors sentencepiece
    python3 tools/reference/nn_models.py [NAME...]

writes packages/nn/test/fixtures/models/NAME/ for each case: the folder as `save_pretrained` writes it, and
expected.safetensors with `input.*` (tokens, masks, labels), `output.*` (logits, loss, hidden states, attention
weights), `gradient.NAME` of every parameter for the loss, and for language models `generated.*`: ids of greedy
search and of beam search. Everything is computed in f64 from weights that were rounded to f32.
"""
import copy
import sys
import zlib
from pathlib import Path

import torch
import transformers as hf
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures' / 'models'
VOCABULARY, PAD, START, END = 41, 0, 1, 2

ENCODER = dict(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
               intermediate_size=24, max_position_embeddings=24, pad_token_id=PAD, num_labels=3)
DECODER = dict(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=4,
               num_key_value_heads=2, intermediate_size=24, max_position_embeddings=64, pad_token_id=PAD,
               bos_token_id=START, eos_token_id=END)
SEQ2SEQ = dict(vocab_size=VOCABULARY, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
               decoder_attention_heads=4, encoder_ffn_dim=24, decoder_ffn_dim=20, max_position_embeddings=32,
               pad_token_id=PAD, bos_token_id=START, eos_token_id=END)
ENCODER_HEADS = ['MaskedLM', 'SequenceClassification', 'TokenClassification', 'QuestionAnswering', 'MultipleChoice']


def cases():
    """(name, task, model) for every fixture; tasks are the names in `AutoModelFor…`."""
    def heads(name, stem, tasks, **settings):
        for task in tasks:
            two = {'num_labels': 2} if task == 'QuestionAnswering' else {}
            config = getattr(hf, f'{stem}Config')(**{**settings, **two})
            yield f'{name}-{task}', task, getattr(hf, f'{stem}For{task}')(config)

    yield 'bert', 'base', hf.BertModel(hf.BertConfig(**ENCODER))
    yield from heads('bert', 'Bert', [*ENCODER_HEADS, 'NextSentencePrediction', 'PreTraining'], **ENCODER)
    regression = hf.BertConfig(**{**ENCODER, 'num_labels': 1})
    yield 'bert-regression', 'SequenceClassification', hf.BertForSequenceClassification(regression)
    several = hf.BertConfig(**ENCODER, problem_type='multi_label_classification', hidden_act='gelu_new')
    yield 'bert-several-labels', 'SequenceClassification', hf.BertForSequenceClassification(several)

    gpt2 = dict(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=2, n_positions=32, pad_token_id=PAD,
                bos_token_id=START, eos_token_id=END)
    yield 'gpt2', 'CausalLM', hf.GPT2LMHeadModel(hf.GPT2Config(**gpt2))
    classifiers = ['SequenceClassification', 'TokenClassification', 'QuestionAnswering']
    yield from heads('gpt2', 'GPT2', classifiers, **gpt2, num_labels=3)

    def decoder(name, stem, **settings):
        config = getattr(hf, f'{stem}Config')(**{**DECODER, **settings})
        return name, 'CausalLM', getattr(hf, f'{stem.removesuffix("Text")}ForCausalLM')(config)

    yield decoder('llama', 'Llama', rms_norm_eps=1e-5)
    yield from heads('llama', 'Llama', classifiers, **DECODER, num_labels=3)
    yield 'llama-base', 'base', hf.LlamaModel(hf.LlamaConfig(**DECODER))
    original = dict(original_max_position_embeddings=4)
    for kind, scaling in {
        'linear': dict(factor=2.0),
        'dynamic': dict(factor=3.0),
        'yarn': dict(factor=4.0, beta_fast=4.0, **original),
        'llama3': dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32),
    }.items():
        yield decoder(f'llama-{kind}', 'Llama', tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=8,
                      rope_theta=1000.0, max_position_embeddings=6 if kind == 'dynamic' else 64,
                      rope_scaling=dict(rope_type=kind, **scaling))
    yield decoder('qwen2', 'Qwen2', tie_word_embeddings=True, use_sliding_window=True, sliding_window=3,
                  max_window_layers=1)
    yield decoder('qwen3', 'Qwen3', head_dim=8)
    yield decoder('mistral', 'Mistral', sliding_window=3)
    gemma = dict(head_dim=8, query_pre_attn_scalar=6, sliding_window=3)
    yield decoder('gemma2', 'Gemma2', attn_logit_softcapping=2.0, final_logit_softcapping=3.0, **gemma)
    yield decoder('gemma3', 'Gemma3Text', sliding_window_pattern=2, rope_theta=500.0, rope_local_base_freq=10.0, **gemma)
    yield decoder('phi3', 'Phi3', partial_rotary_factor=0.5)
    yield decoder('phi3-longrope', 'Phi3', original_max_position_embeddings=6, max_position_embeddings=64,
                  rope_scaling=dict(type='longrope', short_factor=[1.0, 1.5], long_factor=[2.0, 4.0]))

    distil = dict(vocab_size=VOCABULARY, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=24,
                  pad_token_id=PAD, num_labels=3)
    yield from heads('distilbert', 'DistilBert', ENCODER_HEADS, **distil)
    padded = {**ENCODER, 'pad_token_id': 1, 'layer_norm_eps': 1e-5}
    yield from heads('roberta', 'Roberta', ENCODER_HEADS, **{**padded, 'type_vocab_size': 1})
    yield 'xlm-roberta', 'base', hf.XLMRobertaModel(hf.XLMRobertaConfig(**padded))
    yield from heads('mpnet', 'MPNet', ENCODER_HEADS, **padded)
    yield 'mpnet-base', 'base', hf.MPNetModel(hf.MPNetConfig(**padded))
    yield from heads('electra', 'Electra', [*ENCODER_HEADS, 'PreTraining'], **ENCODER, embedding_size=10)
    yield 'bart', 'Seq2SeqLM', hf.BartForConditionalGeneration(hf.BartConfig(**SEQ2SEQ, decoder_start_token_id=END))
    yield 'bart-base', 'base', hf.BartModel(hf.BartConfig(**SEQ2SEQ, decoder_start_token_id=END, scale_embedding=True))
    yield from heads('bart', 'Bart', ['SequenceClassification', 'QuestionAnswering'], **SEQ2SEQ,
                     decoder_start_token_id=END, num_labels=3)
    yield from heads('mbart', 'MBart', ['SequenceClassification', 'QuestionAnswering'], **SEQ2SEQ,
                     decoder_start_token_id=START, num_labels=3)
    yield 'mbart', 'Seq2SeqLM', hf.MBartForConditionalGeneration(
        hf.MBartConfig(**SEQ2SEQ, scale_embedding=True, forced_eos_token_id=None, decoder_start_token_id=START))
    yield 'marian', 'Seq2SeqLM', hf.MarianMTModel(
        hf.MarianConfig(**SEQ2SEQ, scale_embedding=True, activation_function='swish', decoder_start_token_id=PAD,
                        forced_eos_token_id=END, bad_words_ids=[[PAD]]))
    yield 'm2m100', 'Seq2SeqLM', hf.M2M100ForConditionalGeneration(
        hf.M2M100Config(**{**SEQ2SEQ, 'pad_token_id': 1, 'bos_token_id': 0}, decoder_start_token_id=END,
                        forced_bos_token_id=7))
    t5 = dict(vocab_size=VOCABULARY, d_model=16, d_kv=6, d_ff=24, num_layers=2, num_heads=2, pad_token_id=PAD,
              eos_token_id=END, decoder_start_token_id=PAD, relative_attention_num_buckets=8,
              relative_attention_max_distance=10)
    yield 't5', 'Seq2SeqLM', hf.T5ForConditionalGeneration(hf.T5Config(**t5))
    yield 't5-v1.1', 'Seq2SeqLM', hf.T5ForConditionalGeneration(
        hf.T5Config(**t5, feed_forward_proj='gated-gelu', tie_word_embeddings=False, num_decoder_layers=1))
    yield 't5-encoder', 'base', hf.T5EncoderModel(hf.T5Config(**t5))
    yield from heads('t5', 'T5', classifiers, **t5, num_labels=3)
    yield 'mt5-base', 'base', hf.MT5Model(hf.MT5Config(**{**t5, 'feed_forward_proj': 'gated-gelu'}))


def randomize(model):
    """Weights that hide no mistake: the usual 0.02 makes all logits alike, norms of 1 and biases of 0 say nothing."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue  # constant positions
            is_norm = 'norm' in name.lower() and name.endswith('weight')
            offset = type(model).__name__.startswith('Gemma')
            near = 1.0 if is_norm and not offset else 0.0
            parameter.copy_(near + torch.randn_like(parameter) * (0.3 if is_norm else 0.4))
        for name, buffer in model.named_buffers():
            if name == 'final_logits_bias':
                buffer.copy_(torch.randn_like(buffer))


def encoder_inputs(task, config):
    lengths, choices = [9, 4, 1], 3 if task == 'MultipleChoice' else 1
    rows = len(lengths) * choices
    pad = config.pad_token_id or 0
    ids = torch.randint(3, VOCABULARY, (rows, max(lengths)))
    mask = torch.ones_like(ids)
    for row in range(rows):
        length = lengths[(row + row // 3) % 3]
        ids[row, length:] = pad
        mask[row, length:] = 0
    inputs = {'input_ids': ids, 'attention_mask': mask}
    if getattr(config, 'type_vocab_size', 0) > 1:
        segments = torch.zeros_like(ids)
        segments[:, 3:] = mask[:, 3:]
        inputs['token_type_ids'] = segments
    if choices > 1:
        inputs = {name: value.reshape(3, 3, -1) for name, value in inputs.items()}
        inputs['labels'] = torch.tensor([2, 0, 1])
    elif task == 'QuestionAnswering':
        inputs['start_positions'] = torch.tensor([2, 9, 0])
        inputs['end_positions'] = torch.tensor([5, 3, 0])
    elif task == 'NextSentencePrediction':
        inputs['labels'] = torch.tensor([1, 0, 1])
    elif task == 'SequenceClassification':
        if config.problem_type == 'multi_label_classification':
            inputs['labels'] = torch.tensor([[1.0, 0, 1], [0, 0, 0], [0, 1, 1]])
        elif config.num_labels == 1:
            inputs['labels'] = torch.tensor([0.5, -1.25, 2.0])
        else:
            inputs['labels'] = torch.tensor([2, 0, 1])
    elif task == 'PreTraining' and config.model_type == 'electra':
        inputs['labels'] = torch.randint(0, 2, ids.shape)
    elif task in ('TokenClassification', 'MaskedLM', 'PreTraining'):
        classes = 3 if task == 'TokenClassification' else VOCABULARY
        labels = torch.randint(0, classes, ids.shape)
        labels[mask == 0] = -100
        labels[0, 3] = -100
        inputs['labels'] = labels
    if task == 'PreTraining' and config.model_type == 'bert':
        inputs['next_sentence_label'] = torch.tensor([1, 0, 1])
    return inputs


def decoder_inputs(config):
    ids = torch.randint(3, VOCABULARY, (3, 8))
    mask = torch.ones_like(ids)
    # With a window, a query beyond its padding would see nothing, which is NaN in f64.
    lengths = [7, 6] if getattr(config, 'sliding_window', None) else [5, 1]
    for row, length in enumerate(lengths, start=1):
        mask[row, length:] = 0
    ids[mask == 0] = config.pad_token_id or 0
    labels = ids.clone()
    labels[mask == 0] = -100
    return {'input_ids': ids, 'attention_mask': mask, 'labels': labels}


def ended_texts(config):
    lengths = [9, 4, 1]
    ids = torch.full((3, 9), config.pad_token_id)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, :length - 1] = torch.randint(3, VOCABULARY, (length - 1,))
        ids[row, length - 1] = END
        mask[row, :length] = 1
    return ids, mask


def seq2seq_inputs(config):
    ids, mask = ended_texts(config)
    labels = torch.randint(3, VOCABULARY, (3, 7))
    labels[1, 5:] = -100
    labels[0, 6] = labels[1, 4] = labels[2, 6] = END
    return {'input_ids': ids, 'attention_mask': mask, 'labels': labels}


def generate(model, config):
    """Greedy and beam ids [batch, new tokens], padded; prompts are padded on the left."""
    inputs = seq2seq_inputs(config) if config.is_encoder_decoder else decoder_inputs(config)
    ids, mask = inputs['input_ids'], inputs['attention_mask']
    if not config.is_encoder_decoder:
        ids = torch.stack([row.roll(int((m == 0).sum())) for row, m in zip(ids, mask)])
        mask = mask.flip(1)
    found = {'prompt.input_ids': ids, 'prompt.attention_mask': mask}
    skip = 0 if config.is_encoder_decoder else ids.shape[1]
    common = dict(input_ids=ids, attention_mask=mask, max_new_tokens=10, do_sample=False)
    for name, options in {
        'greedy': {},
        'beam': dict(num_beams=4, num_return_sequences=2, length_penalty=0.8),
        'early': dict(num_beams=3, early_stopping=True),
        'processed': dict(repetition_penalty=1.3, no_repeat_ngram_size=2, min_new_tokens=4, bad_words_ids=[[5], [7, 8]],
                          suppress_tokens=[9, 11]),
    }.items():
        # A copy, since dynamic rotary positions remember the longest text seen.
        found[f'generated.{name}'] = copy.deepcopy(model).generate(**common, **options)[:, skip:]
    return found


def write(name, task, model):
    config = model.config
    model = model.eval()
    randomize(model)
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    model = model.double()
    if config.is_encoder_decoder and task in ('base', 'Seq2SeqLM'):
        inputs = seq2seq_inputs(config)
    elif task == 'CausalLM':
        inputs = decoder_inputs(config)
    else:
        inputs = encoder_inputs(task, config)
    if config.is_encoder_decoder and task not in ('base', 'Seq2SeqLM'):
        inputs['input_ids'], inputs['attention_mask'] = ended_texts(config)
    if task == 'base':
        inputs.pop('labels', None)
    given = {key: value.double() if value.is_floating_point() else value for key, value in inputs.items()}
    if task == 'base' and config.is_encoder_decoder and not name.endswith('encoder'):
        given['decoder_input_ids'] = inputs['decoder_input_ids'] = torch.randint(3, VOCABULARY, (3, 6))
    model.set_attn_implementation('eager')
    output = model(**given, output_hidden_states=True, output_attentions=True, return_dict=True)
    found = {f'input.{key}': value for key, value in inputs.items()}
    for key, value in output.items():
        if isinstance(value, torch.Tensor):
            found[f'output.{key}'] = value
        elif key.endswith(('hidden_states', 'attentions')):
            for i, each in enumerate(value):
                found[f'output.{key}.{i}'] = each
    loss = output.loss if task != 'base' else (output.last_hidden_state ** 2).mean()
    if task == 'base':
        found['output.loss'] = loss
    loss.backward()
    for key, parameter in model.named_parameters():
        if parameter.grad is not None:
            found[f'gradient.{key}'] = parameter.grad
    if task in ('CausalLM', 'Seq2SeqLM'):
        with torch.no_grad():  # in f32: rows of padding alone are NaN in f64, as its masks overflow softmax
            found.update(generate(model.float(), config))
    narrow = {
        key: (value.detach().float() if value.is_floating_point() else value.int()).contiguous().clone()
        for key, value in found.items()
    }
    save_file(narrow, folder / 'expected.safetensors')
    print(name, f'loss {loss.item():.5f}')


def main():
    wanted = set(sys.argv[1:])
    for name, task, model in cases():
        torch.manual_seed(zlib.crc32(name.encode()))
        if not wanted or name in wanted or name.split('-')[0] in wanted:
            write(name, task, model)


main()
