"""The trainer of the benchmark suite `tokenizers`: JSON list of texts on stdin, figures as JSON on stdout.

pip install tokenizers==0.22.2
"""
import hashlib
import json
import sys
import time

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

texts = json.load(sys.stdin)
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(vocab_size=int(sys.argv[1]), min_frequency=0, show_progress=False)
started = time.perf_counter()
tokenizer.train_from_iterator(texts, trainer)
milliseconds = 1000 * (time.perf_counter() - started)
vocab = tokenizer.get_vocab()
tokens = "\n".join(sorted(vocab, key=vocab.get))
print(
    json.dumps(
        {
            "milliseconds": milliseconds,
            "hash": hashlib.sha256(tokens.encode("utf8")).hexdigest(),
            "version": tokenizers.__version__,
        }
    )
)
