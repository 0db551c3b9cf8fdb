"""Writes packages/tokenizers/test/fixtures/training: what the Rust library's trainers learn from a small text.

pip install tokenizers==0.22.2
LLM_DATA=... python3 tools/reference/tokenizers_training.py
The text is the start of tinyshakespeare (public domain) and made-up words of several scripts.

The ids of characters with a prefix or a suffix follow a hash map in the Rust library, and with them
which of two equally frequent pairs is merged first. Where a case has a prefix or suffix, these
characters are therefore given as special tokens, which fixes their ids.
"""
import gzip
import json
import os
import pathlib
import random

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

root = pathlib.Path(__file__).resolve().parents[2]
folder = root / "packages/tokenizers/test/fixtures/training"
folder.mkdir(parents=True, exist_ok=True)


def made_up_lines():
    """Lines of words over the letters of several scripts, some of them beyond 16 bits."""
    draw = random.Random(7)
    scripts = ["абвгдежз", "αβγδεζηθ", "一二三四五六七八", "あいうえおか", "กขคงจ", "אבגדה", "𝔸𝔹ℂ𝔻𝔼", "🙂🚀🇩🇪"]
    for _ in range(150):
        words = []
        for _ in range(8):
            letters = draw.choice(scripts)
            words.append("".join(draw.choice(letters) for _ in range(draw.randint(1, 5))))
        yield " ".join(words)


with gzip.open(pathlib.Path(os.environ["LLM_DATA"]) / "text/tinyshakespeare.txt.gz", "rt", encoding="utf8") as file:
    lines = [line for line in file.read().split("\n") if line][:1200]
lines += made_up_lines()
(folder / "corpus.txt").write_text("\n".join(lines) + "\n", "utf8")
characters = sorted({character for line in lines for character in line if character != " "})


def inside(prefix, suffix):
    """The characters as they stand behind a prefix, before a suffix, and both."""
    forms = []
    if prefix:
        forms += [prefix + character for character in characters]
    if suffix:
        forms += [character + suffix for character in characters]
    if prefix and suffix:
        forms += [prefix + character + suffix for character in characters]
    return forms


def train(kind, split, **options):
    model = getattr(models, kind)
    tokenizer = Tokenizer(model())
    if split:
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = getattr(trainers, ("Bpe" if kind == "BPE" else kind) + "Trainer")(show_progress=False, **options)
    tokenizer.train_from_iterator(lines, trainer)
    return json.loads(tokenizer.to_str())["model"]


cases = []
for kind, split, options in [
    ("BPE", True, {"vocab_size": 900, "min_frequency": 2, "special_tokens": ["<s>", "</s>"]}),
    ("BPE", True, {"vocab_size": 400, "limit_alphabet": 40, "initial_alphabet": ["é", "🙂"]}),
    ("BPE", True, {"vocab_size": 900, "end_of_word_suffix": "</w>", "special_tokens": inside("", "</w>")}),
    (
        "BPE",
        True,
        {
            "vocab_size": 1100,
            "continuing_subword_prefix": "@@",
            "end_of_word_suffix": "</w>",
            "max_token_length": 6,
            "special_tokens": inside("@@", "</w>"),
        },
    ),
    ("BPE", False, {"vocab_size": 500}),
    ("WordPiece", True, {"vocab_size": 900, "special_tokens": ["[PAD]", "[UNK]", *inside("##", "")]}),
    ("WordPiece", True, {"vocab_size": 600, "min_frequency": 3, "limit_alphabet": 100, "special_tokens": inside("##", "")}),
    ("WordLevel", True, {"vocab_size": 700, "special_tokens": ["<unk>", "the"]}),
    ("WordLevel", True, {"min_frequency": 4, "special_tokens": ["<unk>"]}),
    ("Unigram", True, {"vocab_size": 500, "unk_token": "<unk>", "special_tokens": ["<s>", "<unk>"]}),
    ("Unigram", True, {"vocab_size": 700, "unk_token": "<unk>", "shrinking_factor": 0.6, "max_piece_length": 5}),
    ("Unigram", True, {"vocab_size": 300, "initial_alphabet": ["é", "ß"], "n_sub_iterations": 3}),
    ("Unigram", False, {"vocab_size": 400}),
]:
    learned = train(kind, split, **options)
    case = {"model": kind, "split": split, "options": options}
    if kind == "Unigram":
        case["vocab"] = [[piece, round(score, 6)] for piece, score in learned["vocab"]]
        case["unk_id"] = learned["unk_id"]
    else:
        case["tokens"] = sorted(learned["vocab"], key=learned["vocab"].get)
    if kind == "BPE":
        case["merges"] = [list(pair) for pair in learned["merges"]]
    cases.append(case)
(folder / "trained.json").write_text(
    "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases) + "\n]\n", "utf8"
)
