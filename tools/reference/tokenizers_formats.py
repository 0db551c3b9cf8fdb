"""Writes packages/tokenizers/test/fixtures/formats: files of other formats, and what Python makes of them.

pip install transformers==4.56.2 tokenizers==0.22.2 sentencepiece tiktoken gguf numpy protobuf
python3 tools/reference/tokenizers_formats.py
The models are trained here on the training fixture's text (tokenizers_training.py). For each, the components that
transformers converts it to, and ids of texts by the library the format comes from.
"""
import base64
import json
import pathlib
import tempfile

import gguf
import sentencepiece as spm
import tiktoken
from tokenizers import ByteLevelBPETokenizer, BertWordPieceTokenizer
from transformers import (
    AlbertTokenizer,
    BertTokenizer,
    GPT2Tokenizer,
    LlamaTokenizer,
    MarianTokenizer,
    RobertaTokenizer,
    T5Tokenizer,
    XLMRobertaTokenizer,
)
from transformers.convert_slow_tokenizer import TikTokenConverter, convert_slow_tokenizer
from transformers import GemmaTokenizer

root = pathlib.Path(__file__).resolve().parents[2]
fixtures = root / "packages/tokenizers/test/fixtures"
folder = fixtures / "formats"
folder.mkdir(parents=True, exist_ok=True)
corpus = fixtures / "training/corpus.txt"
texts = [
    "",
    "Hello world",
    "  Before we proceed   any further, hear me speak. ",
    "Grüße, naïve ﬁne № ½ ＡＢＣ",
    "First Citizen:\nYou are all resolved\trather to die",
    "абв γδε 一二三 🙂🚀 𝔸𝔹",
    "unknown: ☃ ☃☃ ĸ",
    "9, 12, 3,000 ``quoted'' text",
    "<s>tokens</s> <pad> [CLS] <extra_id_1> <mask>",
    "don't WE'LL I'm 12345 ...",
]


def train(name, **options):
    spm.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / name),
        minloglevel=2,
        character_coverage=1.0,
        hard_vocab_limit=False,
        **options,
    )
    (folder / f"{name}.vocab").unlink()
    return str(folder / f"{name}.model")


def components(tokenizer):
    """tokenizer.json without what is bulky: the normalization, which the model's file holds too."""
    file = json.loads(tokenizer.to_str())
    for name in ("truncation", "padding"):
        file.pop(name)
    for part in (file["normalizer"] or {}).get("normalizers", []):
        if "precompiled_charsmap" in part:
            part["precompiled_charsmap"] = len(part["precompiled_charsmap"])
    return file


unigram = train("unigram", vocab_size=500, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
fairseq = train("fairseq", vocab_size=500, model_type="unigram", normalization_rule_name="identity")
albert = train(
    "albert", vocab_size=450, model_type="unigram", pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
    control_symbols="[CLS],[SEP]", user_defined_symbols="(,)", pad_piece="<pad>", normalization_rule_name="identity",
)
llama = train(
    "llama", vocab_size=800, model_type="bpe", byte_fallback=True, split_digits=True, normalization_rule_name="identity",
    add_dummy_prefix=True, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
)
gemma = train(
    "gemma", vocab_size=800, model_type="bpe", byte_fallback=True, split_digits=True, normalization_rule_name="identity",
    add_dummy_prefix=False, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
    pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
    user_defined_symbols="<start_of_turn>,<end_of_turn>",
)

cases = []


def add(name, style, slow, settings=None, ids=None):
    fast = convert_slow_tokenizer(slow)
    case = {"name": name, "style": style, "settings": settings or {}, "file": components(fast)}
    case["ids"] = ids or [fast.encode(text).ids for text in texts]
    cases.append(case)


add("unigram", "t5", T5Tokenizer(unigram, extra_ids=3, legacy=True), {"extra_ids": 3})
add("unigram", "t5", T5Tokenizer(unigram, extra_ids=0, legacy=False), {"extra_ids": 0, "legacy": False})
add("fairseq", "xlm-roberta", XLMRobertaTokenizer(fairseq))
add("albert", "albert", AlbertTokenizer(albert))
add("albert", "albert", AlbertTokenizer(albert, do_lower_case=False, keep_accents=True), {"do_lower_case": False, "keep_accents": True})
add("llama", "llama", LlamaTokenizer(llama, legacy=True))
add("llama", "llama", LlamaTokenizer(llama, legacy=False), {"legacy": False})
add("gemma", "gemma", GemmaTokenizer(gemma))

with tempfile.TemporaryDirectory() as work:
    bert = BertWordPieceTokenizer()
    bert.train([str(corpus)], vocab_size=600, show_progress=False)
    bert.save_model(work)
    (folder / "vocab.txt").write_bytes(pathlib.Path(work, "vocab.txt").read_bytes())
    bytes_bpe = ByteLevelBPETokenizer()
    bytes_bpe.train(
        [str(corpus)], vocab_size=600, show_progress=False,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"],
    )
    bytes_bpe.save_model(work)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).write_bytes(pathlib.Path(work, name).read_bytes())
add("vocab.txt", "bert", BertTokenizer(str(folder / "vocab.txt")))
add("vocab.txt", "bert", BertTokenizer(str(folder / "vocab.txt"), do_lower_case=False, strip_accents=True, tokenize_chinese_chars=False),
    {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False})
add("vocab.json", "gpt2", GPT2Tokenizer(str(folder / "vocab.json"), str(folder / "merges.txt")))
add("vocab.json", "roberta", RobertaTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt")))

# Ranks: a byte-level BPE whose merges are the order of its tokens.
byte_of = {c: b for b, c in __import__("transformers").models.gpt2.tokenization_gpt2.bytes_to_unicode().items()}
vocab = json.loads((folder / "vocab.json").read_text("utf8"))
tokens = sorted(vocab, key=vocab.get)[6:]
ranks = {bytes(byte_of[c] for c in token): rank for rank, token in enumerate(tokens)}
(folder / "ranks.tiktoken").write_text(
    "".join(f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items())
)
converter = TikTokenConverter(str(folder / "ranks.tiktoken"), additional_special_tokens=["<|endoftext|>"])
fast = converter.converted()
encoding = tiktoken.Encoding("x", pat_str=converter.pattern, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": len(ranks)})
cases.append({
    "name": "ranks.tiktoken", "style": "tiktoken", "settings": {"special_tokens": {"<|endoftext|>": len(ranks)}},
    "file": components(fast), "ids": [encoding.encode(text) for text in texts],
})

# Marian: two models and a vocabulary of both.
for side, seed in (("source", 300), ("target", 250)):
    train(side, vocab_size=seed, model_type="unigram", normalization_rule_name="identity")
    (folder / f"{side}.model").rename(folder / f"{side}.spm")
pieces = []
for side in ("source", "target"):
    processor = spm.SentencePieceProcessor(str(folder / f"{side}.spm"))
    pieces += [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
names = ["</s>", "<unk>", ">>deu<<", *dict.fromkeys(p for p in pieces if p not in ("</s>", "<unk>", "<s>")), "<pad>"]
(folder / "marian-vocab.json").write_text(json.dumps({name: id for id, name in enumerate(names)}, ensure_ascii=False) + "\n", "utf8")
marian = MarianTokenizer(str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "marian-vocab.json"))
marian_texts = [text for text in texts if "<" not in text] + [">>deu<< Hello world", ">>deu<<Hear me"]
cases.append({"name": "source.spm", "style": "marian", "settings": {}, "texts": marian_texts,
              "ids": [marian(text)["input_ids"] for text in marian_texts]})

# GGUF: the Llama model and the byte-level one.
def write_gguf(path, kind, tokens, types, scores=None, merges=None, **more):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model(kind)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if scores is not None:
        writer.add_token_scores(scores)
    if merges is not None:
        writer.add_token_merges(merges)
    for name, value in more.items():
        getattr(writer, f"add_{name}")(value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


processor = spm.SentencePieceProcessor(llama)
size = processor.get_piece_size()
kind = lambda i: 2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1
write_gguf(folder / "llama.gguf", "llama", [processor.id_to_piece(i) for i in range(size)], [kind(i) for i in range(size)],
           scores=[processor.get_score(i) for i in range(size)], bos_token_id=1, eos_token_id=2, unk_token_id=0)
merges = (folder / "merges.txt").read_text("utf8").split("\n")[1:-1]
everything = sorted(vocab, key=vocab.get)
write_gguf(folder / "gpt2.gguf", "gpt2", everything, [3 if i < 6 else 1 for i in range(len(everything))], merges=merges,
           tokenizer_pre="gpt-2", eos_token_id=5, chat_template="{{ messages }}")

(folder / "converted.json").write_text(
    json.dumps({"texts": texts}, ensure_ascii=False)[:-1]
    + ',"cases":[\n' + ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases) + "\n]}\n",
    "utf8",
)
