#!/usr/bin/env python3
"""Configurations of packages/nn/test/fixtures/models as transformers 5 writes them: `rope_parameters`, `dtype`, ….

    pip install transformers==5.0.0        # no torch
    python3 tools/reference/nn_configs_5.py

writes packages/nn/test/fixtures/configs-5/NAME.json for one fixture of each family, and for each kind of rotary
scaling.
"""
from pathlib import Path

import transformers

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures'
NAMES = [
    'bert', 'distilbert-MaskedLM', 'roberta-MaskedLM', 'xlm-roberta', 'electra-MaskedLM', 'mpnet-base',
    'gpt2', 'llama', 'llama-linear', 'llama-dynamic', 'llama-yarn', 'llama-llama3', 'mistral', 'qwen2', 'qwen3',
    'gemma2', 'gemma3', 'phi3', 'phi3-longrope', 'bart', 'mbart', 'marian', 'm2m100', 't5', 'mt5-base',
]

assert transformers.__version__.startswith('5.'), transformers.__version__
target = FIXTURES / 'configs-5'
target.mkdir(exist_ok=True)
for name in NAMES:
    config = transformers.AutoConfig.from_pretrained(FIXTURES / 'models' / name)
    config.to_json_file(target / f'{name}.json', use_diff=True)
print(f'{len(NAMES)} configurations')
