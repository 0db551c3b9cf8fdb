#!/usr/bin/env python3
"""A tiny random mBART by transformers, with its logits, gradients and generated ids, for packages/nn/test.

    pip install torch transformers==4.56.2 safetensors && python3 tools/reference/nn_mbart.py

writes packages/nn/test/fixtures/mbart/: the folder as `save_pretrained` writes it, and expected.safetensors with
inputs (`inputIds`, `attentionMask`, `decoderInputIds`, `labels`), f32 `logits`, `gradient.NAME` of some parameters
for the mean cross-entropy of the labels, and `generated`: greedy ids without start and padding, -1 after the end.
"""
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import MBartConfig, MBartForConditionalGeneration

FOLDER = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures' / 'mbart'
PAD, START, END = 0, 1, 2
GRADIENTS = [
    'model.shared.weight',
    'model.encoder.embed_positions.weight',
    'model.encoder.layernorm_embedding.weight',
    'model.encoder.layers.1.self_attn.q_proj.weight',
    'model.encoder.layers.0.fc1.weight',
    'model.encoder.layer_norm.bias',
    'model.decoder.layers.0.self_attn.k_proj.weight',
    'model.decoder.layers.1.encoder_attn.v_proj.bias',
    'model.decoder.layers.1.encoder_attn.out_proj.weight',
    'model.decoder.layers.1.fc2.weight',
    'model.decoder.layer_norm.weight',
]


def main():
    torch.manual_seed(26)
    config = MBartConfig(
        vocab_size=61, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=3, encoder_ffn_dim=40, decoder_ffn_dim=32, activation_function='gelu',
        max_position_embeddings=20, scale_embedding=True, pad_token_id=PAD, bos_token_id=START,
        eos_token_id=END, decoder_start_token_id=START, forced_eos_token_id=None,
    )
    model = MBartForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # The usual 0.02 makes all logits alike, and norms of 1 and biases of 0 would hide mistakes.
            near = 1.0 if 'norm' in name and name.endswith('weight') else 0.0
            parameter.copy_(near + torch.randn_like(parameter) * 0.4)
        model.final_logits_bias.copy_(torch.randn_like(model.final_logits_bias))
        model.final_logits_bias[0, END] += 2  # so that some sequences end early

    lengths, positions = [9, 4, 1], 7
    ids = torch.randint(3, 61, (3, max(lengths)))
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, length - 1:] = PAD
        ids[row, length - 1] = END
        mask[row, :length] = 1
    labels = torch.randint(3, 61, (3, positions))
    labels[1, 5:] = -100
    decoder_ids = torch.cat([torch.full((3, 1), START), labels[:, :-1].clamp(min=PAD)], dim=1)

    output = model(input_ids=ids, attention_mask=mask, decoder_input_ids=decoder_ids, labels=labels)
    output.loss.backward()
    parameters = dict(model.named_parameters())
    generated = model.generate(
        input_ids=ids, attention_mask=mask, max_new_tokens=12, num_beams=1, do_sample=False,
    )[:, 1:]
    rows = torch.full((3, 12), -1)
    for row, tokens in enumerate(generated.tolist()):
        tokens = tokens[: tokens.index(END)] if END in tokens else tokens
        rows[row, : len(tokens)] = torch.tensor(tokens)

    FOLDER.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(FOLDER)
    save_file(
        {
            'inputIds': ids.int(), 'attentionMask': mask.bool(), 'decoderInputIds': decoder_ids.int(),
            'labels': labels.int(), 'logits': output.logits.detach(), 'loss': output.loss.detach(),
            'generated': rows.int(),
            **{f'gradient.{name}': parameters[name].grad for name in GRADIENTS},
        },
        FOLDER / 'expected.safetensors',
    )
    print(json.dumps({'loss': output.loss.item(), 'generated': rows.tolist()}))


main()
