"""Writes packages/tokenizers/test/fixtures/truncation.json: what truncation with strides and padding do.

pip install tokenizers==0.22.1 && python3 tools/reference/tokenizers_truncation.py
Python's release is compared with, since the Node binding's stops tokenizing where truncation would cut and
so has fewer windows.
"""
import gzip
import itertools
import json
import pathlib

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

root = pathlib.Path(__file__).resolve().parents[2]
fixtures = root / "packages/tokenizers/test/fixtures"
tokens = gzip.decompress((fixtures / "real/bert-base-uncased.vocab.txt.gz").read_bytes()).decode().split("\n")
vocab = {token: id for id, token in enumerate(tokens)}
first = "The quick brown fox jumps over the unaffable dogs, \U0001F642 again and again."
second = "Na\u00efve na\u00efvet\u00e9 is 3.14 times better!"
cases = []
strategies = ["longest_first", "only_first", "only_second"]
for pair, strategy, side, stride, length in itertools.product(
    [None, second], strategies, ["right", "left"], [0, 2], [9, 20]
):
    if strategy == "only_second" and pair is None or strategy != "longest_first" and pair and length < 20:
        continue
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 101), ("[SEP]", 102)],
    )
    pad_side = "left" if side == "right" else "right"
    try:
        tokenizer.enable_truncation(length, stride=stride, strategy=strategy, direction=side)
        tokenizer.enable_padding(direction=pad_side, pad_id=0, pad_token="[PAD]", pad_to_multiple_of=8)
        encoding = tokenizer.encode(first, pair)
    except Exception:  # the strategy cannot be met
        continue
    windows = [
        {
            "ids": window.ids,
            "type_ids": window.type_ids,
            "offsets": window.offsets,
            "word_ids": window.word_ids,
            "sequence_ids": window.sequence_ids,
            "special_tokens_mask": window.special_tokens_mask,
            "attention_mask": window.attention_mask,
        }
        for window in [encoding, *encoding.overflowing]
    ]
    options = {
        "truncation": strategy, "truncation_side": side, "stride": stride, "max_length": length,
        "padding": True, "padding_side": pad_side, "pad_to_multiple_of": 8,
    }
    cases.append({"text": first, "pair": pair, "options": options, "windows": windows})
(fixtures / "truncation.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(len(cases))
