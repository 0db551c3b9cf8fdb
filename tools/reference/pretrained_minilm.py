#!/usr/bin/env python3
"""Embeddings of all-MiniLM-L6-v2 by sentence-transformers, for tools/pretrained/minilm.test.ts.

    npm run test:pretrained                 # installs the weights into test-assets/pretrained
    pip install torch sentence-transformers==5.1.2 transformers==4.56.2 safetensors
    python3 tools/reference/pretrained_minilm.py

Writes tools/pretrained/fixtures/minilm.safetensors: `embeddings` [texts, 384], and the texts in its metadata.
"""
import json
import tempfile
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

TOOLS = Path(__file__).resolve().parents[1]
WHEEL = TOOLS.parent / 'test-assets' / 'pretrained' / 'all_minilm_l6_v2' / 'model.zip'
TEXTS = [
    'This is an example sentence.',
    'Each sentence is converted.',
    'A man is eating food.',
    'The girl is carrying a baby.',
    'Wie komme ich vom Bahnhof zum Museum?',
    'naïve café — “quotes”, emoji 🙂 and 東京',
    'How do I load a PyTorch checkpoint in the browser?',
    'Mitochondria are the powerhouse of the cell; they make most of its adenosine triphosphate.',
    'a',
    # Longer than the 256 tokens that the model was made for: cut off.
    ' '.join(f'Sentence number {i} of a text that is too long.' for i in range(40)),
]

with tempfile.TemporaryDirectory() as folder:
    zipfile.ZipFile(WHEEL).extractall(folder)
    model = SentenceTransformer(folder, device='cpu')
    vectors = torch.from_numpy(model.encode(TEXTS, normalize_embeddings=True, batch_size=1))
target = TOOLS / 'pretrained' / 'fixtures' / 'minilm.safetensors'
save_file({'embeddings': vectors}, target, metadata={'texts': json.dumps(TEXTS, ensure_ascii=False)})
print(f'{tuple(vectors.shape)} in {target.name}')
