#!/usr/bin/env python3
"""Prompt tuning with Python's `peft` on tiny models, for packages/train/test/peft/prompt-tuning.

    pip install torch 'transformers==4.56.2' 'peft==0.17.1' safetensors
    python3 tools/reference/train_peft_prompt.py

takes BERT and GPT-2 of train_peft.py and a Gemma 3 of its own, and writes its folder `fixtures`: a
folder per adapter with PEFT's two files, and expected.json with inputs, logits, losses, gradients of prompts, and
texts that are generated behind them.
`train_peft_prompt.py --check FOLDER NAME` loads an adapter that was saved here and prints its logits.
"""
import json
import shutil
import sys
from pathlib import Path

import torch
from peft import PeftModel, PromptTuningConfig, get_peft_model
from transformers import BertForSequenceClassification, Gemma3ForCausalLM, Gemma3TextConfig, GPT2LMHeadModel

TESTS = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'peft'
OUT = TESTS / 'prompt-tuning' / 'fixtures'
IDS = [[2, 5, 9, 11, 3], [4, 7, 1, 0, 0]]
MASK = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
CAUSAL = {'input_ids': IDS, 'attention_mask': MASK, 'labels': [[2, 5, 9, 11, 3], [4, 7, 1, -100, -100]]}
BASES = {
    'gpt2': (GPT2LMHeadModel, TESTS / 'fixtures' / 'gpt2'),
    'bert': (BertForSequenceClassification, TESTS / 'fixtures' / 'bert'),
    'gemma3': (Gemma3ForCausalLM, OUT / 'gemma3-base'),
}
ADAPTERS = {
    'gpt2': (PromptTuningConfig(task_type='CAUSAL_LM', num_virtual_tokens=3), CAUSAL),
    'bert': (PromptTuningConfig(task_type='SEQ_CLS', num_virtual_tokens=2),
             {'input_ids': IDS, 'attention_mask': MASK, 'token_type_ids': [[0, 0, 1, 1, 1], [0, 0, 1, 0, 0]],
              'labels': [0, 2]}),
    'gemma3': (PromptTuningConfig(task_type='CAUSAL_LM', num_virtual_tokens=2), CAUSAL),
}


def base(name):
    kind, folder = BASES[name]
    return kind.from_pretrained(folder).eval()


def write_gemma3():
    config = Gemma3TextConfig(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=4,
                              intermediate_size=12, vocab_size=16, max_position_embeddings=32, sliding_window=4,
                              layer_types=['sliding_attention', 'full_attention'], query_pre_attn_scalar=4,
                              initializer_range=0.3)
    Gemma3ForCausalLM(config).save_pretrained(BASES['gemma3'][1])
    (BASES['gemma3'][1] / 'generation_config.json').unlink(missing_ok=True)


def run(model, inputs):
    return model(**{name: torch.tensor(values) for name, values in inputs.items()})


def generated(model):
    """Greedy continuations, one text at a time: in a batch Python counts padding as positions."""
    return [model.generate(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                           max_new_tokens=6, do_sample=False, eos_token_id=None, pad_token_id=0)[0].tolist()
            for ids in (IDS[0], IDS[1][:3])]


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    torch.manual_seed(1)
    write_gemma3()
    found = {}
    for name, (config, inputs) in ADAPTERS.items():
        model = get_peft_model(base(name), config).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:  # an adapter as if it were trained
                    parameter.add_(0.3 * torch.randn_like(parameter))
        output = run(model, inputs)
        output.loss.backward()
        prompt = model.prompt_encoder['default'].embedding.weight
        found[name] = {'inputs': inputs, 'logits': output.logits.tolist(), 'loss': output.loss.item(),
                       'gradient': prompt.grad.tolist()}
        if config.task_type == 'CAUSAL_LM':
            found[name]['generated'] = generated(model)
        model.peft_config['default'].base_model_name_or_path = ''  # the folder of this machine
        model.save_pretrained(OUT / name)
        (OUT / name / 'README.md').unlink(missing_ok=True)
    (OUT / 'expected.json').write_text(json.dumps(found) + '\n')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--check']:
        folder, name = sys.argv[2:]
        inputs = {key: value for key, value in ADAPTERS[name][1].items() if key != 'labels'}
        with torch.no_grad():
            print(json.dumps(run(PeftModel.from_pretrained(base(name), folder).eval(), inputs).logits.tolist()))
    else:
        main()
