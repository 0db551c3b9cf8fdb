#!/usr/bin/env python3
"""Loads models that @llm/nn saved in Python and compares what they compute with what the originals did.

    npx tsx --conditions=@llm/source tools/reference/export-nn-models.ts /tmp/models
    pip install torch transformers==4.56.2 safetensors
    python3 tools/reference/nn_load_saved.py /tmp/models

Exits with 1 where parameters do not fit or outputs differ by more than rounding.
"""
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures' / 'models'
failed = 0
for folder in sorted(Path(sys.argv[1]).iterdir()):
    config = transformers.AutoConfig.from_pretrained(folder)
    model, report = getattr(transformers, config.architectures[0]).from_pretrained(
        folder, output_loading_info=True, attn_implementation='eager')
    model = model.eval().double()
    unfit = [key for kind in ('missing_keys', 'unexpected_keys', 'mismatched_keys') for key in report[kind]]
    expected = load_file(FIXTURES / folder.name / 'expected.safetensors')
    inputs = {key.removeprefix('input.'): value.double() if value.is_floating_point() else value.long()
              for key, value in expected.items() if key.startswith('input.')}
    with torch.no_grad():
        output = model(**inputs)
    worst = max((value - expected[f'output.{key}']).abs().max().item()
                for key, value in output.items() if f'output.{key}' in expected)
    good = not unfit and worst < 1e-5
    failed += not good
    print(f"{'same' if good else 'DIFFERENT'}: {folder.name}, within {worst:.1e}", *unfit)
print(f'{failed} failed')
sys.exit(failed > 0)
