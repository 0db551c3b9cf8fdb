#!/usr/bin/env python3
"""all-MiniLM-L6-v2 as an ONNX file with the same weights, for `npm run bench -- nn`.

    npm run test:pretrained                 # installs the weights into test-assets/pretrained
    pip install torch transformers==4.56.2 onnx onnxscript
    python3 tools/reference/minilm_onnx.py

Writes test-assets/pretrained/minilm/onnx/model.onnx: inputs input_ids, attention_mask, token_type_ids (i64), output
last_hidden_state.
"""
from pathlib import Path

import torch
from transformers import AutoModel

FOLDER = Path(__file__).resolve().parents[2] / 'test-assets' / 'pretrained' / 'minilm'
NAMES = ['input_ids', 'attention_mask', 'token_type_ids']


class Encoder(torch.nn.Module):
    """The model's first output alone, inputs by position."""

    def __init__(self):
        super().__init__()
        # Not torch's fused attention: it exports to the plain products and softmax that ONNX runtimes know to fuse.
        self.model = AutoModel.from_pretrained(FOLDER, attn_implementation='eager').eval()

    def forward(self, *inputs):
        return self.model(**dict(zip(NAMES, inputs))).last_hidden_state


target = FOLDER / 'onnx' / 'model.onnx'
target.parent.mkdir(exist_ok=True)
example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in NAMES)
axes = {name: {0: 'batch', 1: 'length'} for name in [*NAMES, 'last_hidden_state']}
torch.onnx.export(Encoder(), example, str(target), input_names=NAMES, output_names=['last_hidden_state'],
                  dynamic_axes=axes, opset_version=17, dynamo=False)
print(f'{target.stat().st_size} bytes in {target.name}')
