#!/usr/bin/env python3
"""Adapters of Python's `peft` on a tiny BERT and GPT-2, for packages/train/test/peft.

    pip install torch 'transformers==4.56.2' 'peft==0.17.1' safetensors
    python3 tools/reference/train_peft.py

writes packages/train/test/peft/fixtures: models (config.json, model.safetensors), a folder per adapter with PEFT's two
files, and logits.json with the inputs, the logits of each adapter, and those after merging.
`train_peft.py --check FOLDER MODEL` loads an adapter that was saved here and prints its logits.
"""
import copy
import json
import shutil
import sys
from pathlib import Path

import torch
from peft import IA3Config, LNTuningConfig, LoraConfig, PeftModel, get_peft_model
from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'peft' / 'fixtures'
CLASSES = {'bert': BertForSequenceClassification, 'gpt2': GPT2LMHeadModel}
IDS = [[2, 5, 9, 11, 3], [4, 7, 1, 13, 8]]

ADAPTERS = {
    'lora': ('bert', LoraConfig(task_type='SEQ_CLS', r=2, lora_alpha=6, lora_dropout=0.1, target_modules=['query', 'value'],
                                rank_pattern={'value': 3}, alpha_pattern={'layer.0.attention.self.value': 5})),
    'rslora': ('gpt2', LoraConfig(task_type='CAUSAL_LM', r=4, use_rslora=True, target_modules=['c_attn'],
                                  fan_in_fan_out=True)),
    'dora': ('bert', LoraConfig(task_type='SEQ_CLS', r=2, use_dora=True, target_modules=r'.*\.output\.dense')),
    'ia3': ('bert', IA3Config(task_type='SEQ_CLS', target_modules=['key', 'value', 'output.dense'],
                              feedforward_modules=['output.dense'])),
    'ln': ('bert', LNTuningConfig(task_type='SEQ_CLS', target_modules=['attention.output.LayerNorm'])),
}


def models():
    torch.manual_seed(0)
    bert = BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12, vocab_size=16,
                      max_position_embeddings=16, num_labels=3, initializer_range=0.3)
    gpt2 = GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=16, n_positions=16, initializer_range=0.3)
    return {'bert': BertForSequenceClassification(bert).eval(), 'gpt2': GPT2LMHeadModel(gpt2).eval()}


def logits(model):
    with torch.no_grad():
        return model.eval()(input_ids=torch.tensor(IDS)).logits.tolist()


def main():
    shutil.rmtree(FIXTURES, ignore_errors=True)
    found = {'ids': IDS, 'base': {}, 'adapters': {}}
    bases = models()
    for name, model in bases.items():
        model.save_pretrained(FIXTURES / name)
        (FIXTURES / name / 'generation_config.json').unlink(missing_ok=True)
        found['base'][name] = logits(model)
    for name, (base, config) in ADAPTERS.items():
        model = get_peft_model(copy.deepcopy(bases[base]), config)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:  # an adapter as if it were trained
                    parameter.add_(0.3 * torch.randn_like(parameter))
        model.save_pretrained(FIXTURES / name)
        (FIXTURES / name / 'README.md').unlink(missing_ok=True)
        found['adapters'][name] = {'model': base, 'logits': logits(model), 'merged': logits(model.merge_and_unload())}
    (FIXTURES / 'logits.json').write_text(json.dumps(found) + '\n')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--check']:
        folder, name = sys.argv[2:]
        base = CLASSES[name].from_pretrained(FIXTURES / name)
        print(json.dumps(logits(PeftModel.from_pretrained(base, folder))))
    else:
        main()
