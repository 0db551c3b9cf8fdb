#!/usr/bin/env python3
"""Loads a folder that `npm start` saved in Python and compares its logits, translations and tokens with ours.

    npm start
    pip install torch transformers==4.56.2
    npx tsx --conditions=@llm/source tools/reference/export-translations.ts models/ui-de > ours.json
    python3 tools/reference/load_translation_model.py models/ui-de ours.json

Exits with 1 where something differs by more than rounding.
"""
import json
import sys

import torch
from transformers import AutoModelForSeq2SeqLM, PreTrainedTokenizerFast

folder, ours = sys.argv[1:]
model, report = AutoModelForSeq2SeqLM.from_pretrained(folder, output_loading_info=True)
model.eval()
tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
failed = any(report[kind] for kind in ('missing_keys', 'unexpected_keys', 'mismatched_keys'))
print('parameters that do not fit:', failed)
for case in json.load(open(ours, encoding='utf8')):
    inputs = tokenizer(case['source'], return_tensors='pt', return_token_type_ids=False)
    same_ids = inputs['input_ids'][0].tolist() == case['inputIds']
    with torch.no_grad():
        logits = model(**inputs, decoder_input_ids=torch.tensor([case['decoderInputIds']])).logits[0]
        generated = model.generate(**inputs, num_beams=1, do_sample=False)[0]
    difference = (logits - torch.tensor(case['logits']).reshape(logits.shape)).abs().max().item()
    translation = tokenizer.decode(generated, skip_special_tokens=True).strip()
    good = same_ids and difference < 1e-4 * max(1, logits.abs().max().item()) and translation == case['translation']
    failed |= not good
    print(f"{'same' if good else 'DIFFERENT'}: {case['source']!r} -> {translation!r}; logits within {difference:.1e}")
sys.exit(failed)
