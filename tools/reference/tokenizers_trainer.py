"""Writes packages/tokenizers/test/fixtures/python-trainer.json: what tokenizers' trainer learns with
options that the Node binding cannot set.

pip install tokenizers==0.22.1 && python3 tools/reference/tokenizers_trainer.py
The corpus is the German message file of typescript 5.9.3, one message a text.
"""
import json
import pathlib

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

root = pathlib.Path(__file__).resolve().parents[2]
messages = root / "node_modules/typescript/lib/de/diagnosticMessages.generated.json"
texts = list(json.loads(messages.read_text("utf8")).values())

cases = []
for options in [
    {"vocab_size": 700, "min_frequency": 2, "special_tokens": ["<s>", "</s>", "<pad>"]},
    {"vocab_size": 2000, "min_frequency": 40, "special_tokens": ["a", "<s>", "<s>"]},
    {"vocab_size": 900, "min_frequency": 0, "special_tokens": [], "max_token_length": 5},
    {"vocab_size": 800, "min_frequency": 2, "special_tokens": [], "add_prefix_space": True},
]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(
        add_prefix_space=options.get("add_prefix_space", False)
    )
    trainer = trainers.BpeTrainer(
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        **{key: value for key, value in options.items() if key != "add_prefix_space"},
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = [token for token, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]
    cases.append(
        {
            "options": options,
            "merges": [" ".join(pair) for pair in model["merges"]],
            "tokens": tokens[:300],
        }
    )
output = root / "packages/tokenizers/test/fixtures/python-trainer.json"
output.write_text(json.dumps({"cases": cases}, ensure_ascii=False, separators=(",", ":")) + "\n", "utf8")
