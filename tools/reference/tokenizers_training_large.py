"""Writes packages/tokenizers/test/fixtures/training/large.json: what the Rust library's trainers learn from 5 MB.

pip install tokenizers==0.22.2
npx tsx tools/reference/tokenizers_training_corpus.ts > FILE && python3 tools/reference/tokenizers_training_large.py FILE
The corpus is JSON: a list of texts; see test/support/training-corpus.ts. Lists are kept as their length and SHA-256.

Where the library follows a hash map (ids of characters behind a prefix, sums of Unigram), the characters are given
as special tokens, and of Unigram only the set of pieces is kept, with the sum of the scores.
"""
import hashlib
import json
import pathlib
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

root = pathlib.Path(__file__).resolve().parents[2]
target = root / "packages/tokenizers/test/fixtures/training/large.json"
content = pathlib.Path(sys.argv[1]).read_bytes()
texts = json.loads(content)


def digest(lines):
    lines = list(lines)
    return {"count": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode("utf8")).hexdigest()}


def train(kind, split, options):
    tokenizer = Tokenizer(getattr(models, kind)())
    tokenizer.pre_tokenizer = getattr(pre_tokenizers, split["type"])(
        **{name: value for name, value in split.items() if name != "type"}
    )
    name = ("Bpe" if kind == "BPE" else kind) + "Trainer"
    trainer = getattr(trainers, name)(show_progress=False, **options)
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
SPACES = {"type": "WhitespaceSplit"}
alphabet = sorted({character for text in texts for character in "".join(text.split())})
cases = []
for kind, split, options in [
    ("BPE", BYTE_LEVEL, {"vocab_size": 16000, "min_frequency": 2, "initial_alphabet": sorted(pre_tokenizers.ByteLevel.alphabet())}),
    ("BPE", SPACES, {"vocab_size": 16000, "special_tokens": ["<unk>"]}),
    ("WordPiece", SPACES, {"vocab_size": 16000, "special_tokens": ["[UNK]"], "inside_alphabet": True}),
    ("WordLevel", SPACES, {"vocab_size": 20000, "special_tokens": ["<unk>"]}),
    ("Unigram", SPACES, {"vocab_size": 8000, "special_tokens": ["<unk>"], "unk_token": "<unk>"}),
]:
    given = dict(options)
    if given.pop("inside_alphabet", False):
        given["special_tokens"] = given["special_tokens"] + ["##" + character for character in alphabet]
    learned = train(kind, split, given)
    case = {"model": kind, "pre_tokenizer": split, "options": options}
    if kind == "Unigram":
        case["pieces"] = digest(sorted(piece for piece, _ in learned["vocab"]))
        case["score_sum"] = sum(score for _, score in learned["vocab"])
    else:
        case["tokens"] = digest(sorted(learned["vocab"], key=learned["vocab"].get))
    if kind == "BPE":
        case["merges"] = digest(" ".join(pair) for pair in learned["merges"])
    cases.append(case)
    print(kind, case, file=sys.stderr)
target.write_text(
    json.dumps({"corpus": hashlib.sha256(content).hexdigest(), "cases": cases}, indent=2) + "\n", "utf8"
)
