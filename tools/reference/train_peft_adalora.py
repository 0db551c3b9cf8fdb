#!/usr/bin/env python3
"""AdaLoRA of Python's `peft` on the tiny BERT of train_peft.py, for packages/train/test/peft/adalora.

    pip install torch 'transformers==4.56.2' 'peft==0.17.1' safetensors
    python3 tools/reference/train_peft_adalora.py

writes its folder `fixtures`: `start` and `trained`, each with PEFT's two files, before and after some steps of SGD, and
expected.json with the inputs, each step's loss and ranks, logits of `trained` and those after merging.
`train_peft_adalora.py --check FOLDER` loads an adapter that was saved here and prints its logits.
"""
import json
import shutil
import sys
from pathlib import Path

import torch
from peft import AdaLoraConfig, PeftModel, get_peft_model
from transformers import BertForSequenceClassification

TESTS = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'peft'
OUT = TESTS / 'adalora' / 'fixtures'
IDS = [[2, 5, 9, 11, 3], [4, 7, 1, 13, 8]]
LABELS = [0, 2]
STEPS = 10
RATE = 0.3
CLIP = 1.0


def base():
    return BertForSequenceClassification.from_pretrained(TESTS / 'fixtures' / 'bert').eval()


def logits(model):
    with torch.no_grad():
        return model.eval()(input_ids=torch.tensor(IDS)).logits.tolist()


def save(model, name):
    model.save_pretrained(OUT / name)
    (OUT / name / 'README.md').unlink(missing_ok=True)
    file = OUT / name / 'adapter_config.json'
    settings = json.loads(file.read_text())
    settings['base_model_name_or_path'] = None  # where the model lies here
    file.write_text(json.dumps(settings, indent=2) + '\n')


def ranks(config):
    pattern = config.rank_pattern
    return pattern and {name.replace('.default', ''): kept for name, kept in pattern.items()}


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    torch.manual_seed(1)
    config = AdaLoraConfig(task_type='SEQ_CLS', init_r=4, target_r=1, lora_alpha=8, tinit=2, tfinal=3, deltaT=2,
                           total_step=STEPS, orth_reg_weight=0.1, target_modules=['query', 'value', 'output.dense'])
    model = get_peft_model(base(), config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if 'lora_E' in name:  # at zero neither A nor B would have a gradient at first
                parameter.normal_(0, 0.5)
            elif 'lora_' in name:
                parameter.normal_(0, 0.4)
    save(model, 'start')
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=RATE)
    steps = []
    for step in range(STEPS):
        # Nothing is dropped out in evaluation, and gradients are the same.
        loss = model(input_ids=torch.tensor(IDS), labels=torch.tensor(LABELS)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, CLIP)
        optimizer.step()
        model.base_model.update_and_allocate(step)
        optimizer.zero_grad()
        steps.append({'loss': loss.item(), 'ranks': ranks(model.peft_config['default'])})
    save(model, 'trained')
    expected = {'ids': IDS, 'labels': LABELS, 'rate': RATE, 'clip': CLIP, 'steps': steps, 'logits': logits(model),
                'merged': logits(model.merge_and_unload())}
    (OUT / 'expected.json').write_text(json.dumps(expected) + '\n')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--check']:
        print(json.dumps(logits(PeftModel.from_pretrained(base(), sys.argv[2]))))
    else:
        main()
