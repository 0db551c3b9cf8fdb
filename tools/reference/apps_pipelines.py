"""Tiny models with tokenizers, and what transformers' pipelines make of texts with them.

Writes packages/apps/test/fixtures/pipelines: a folder for each model (config.json, model.safetensors, tokenizer
files) and results.json: a list of {task, model, input, options, output}.

    python tools/reference/apps_pipelines.py        # torch, transformers 4.56.2
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    M2M100Config,
    M2M100ForConditionalGeneration,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    pipeline,
)

assert transformers.__version__ == "4.56.2", transformers.__version__
folder = Path(__file__).parents[2] / "packages/apps/test/fixtures/pipelines"

texts = [
    "Hugging Face was founded in New York City by three French engineers.",
    "The Eiffel Tower stands in Paris, the capital of France.",
    "I really loved this film; the acting was wonderful!",
    "The service was slow, and the food was cold.",
    "My name is Wolfgang and I live in Berlin.",
    "Ada Lovelace wrote the first program for Charles Babbage's engine.",
]
chat_template = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def word_piece() -> PreTrainedTokenizerFast:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=160, special_tokens=special)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.decoder = decoders.WordPiece()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def byte_level(special: list[str], post_processor=None, **roles: str) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(texts, trainer)
    if post_processor:
        tokenizer.post_processor = post_processor(tokenizer)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **roles)
    # Cleaning up is off in all files of this kind.
    fast.clean_up_tokenization_spaces = False
    return fast


def ending(tokenizer: Tokenizer):
    end = tokenizer.token_to_id("</s>")
    return processors.TemplateProcessing(single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", end)])


def speaking(tokenizer: Tokenizer):
    names = ["__en__", "</s>"]
    return processors.TemplateProcessing(
        single="__en__ $A </s>",
        pair="__en__ $A $B </s>",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in names],
    )


def bert(vocabulary: int, **settings) -> BertConfig:
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.4,
        pad_token_id=0,
        **settings,
    )


def labels(*names: str) -> dict:
    return {
        "id2label": dict(enumerate(names)),
        "label2id": {name: i for i, name in enumerate(names)},
    }


def make() -> dict:
    torch.manual_seed(7)
    words = word_piece()
    chat = byte_level(["<s>", "</s>", "<pad>"], bos_token="<s>", eos_token="</s>", pad_token="<pad>", padding_side="left")
    chat.chat_template = chat_template
    ended = byte_level(["<pad>", "</s>"], ending, eos_token="</s>", pad_token="<pad>")
    lingual = byte_level(
        ["<s>", "<pad>", "</s>", "<unk>", "__en__", "__de__"],
        speaking,
        eos_token="</s>",
        pad_token="<pad>",
        additional_special_tokens=["__en__", "__de__"],
    )
    size = len(words)
    small = {"d_model": 16, "num_heads": 2, "d_kv": 8, "d_ff": 32, "num_layers": 2}
    t5 = T5Config(
        vocab_size=len(ended),
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        initializer_factor=3.0,
        task_specific_params={
            "summarization": {"prefix": "summarize: "},
            "translation_en_to_de": {"prefix": "translate English to German: "},
        },
        **small,
    )
    m2m = M2M100Config(
        vocab_size=len(lingual),
        d_model=16,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
        init_std=0.4,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
    )
    gpt = GPT2Config(
        vocab_size=len(chat),
        n_embd=16,
        n_layer=2,
        n_head=2,
        n_positions=64,
        initializer_range=0.4,
        bos_token_id=chat.bos_token_id,
        eos_token_id=chat.eos_token_id,
    )
    return {
        "classes": (BertForSequenceClassification(bert(size, **labels("contradiction", "neutral", "entailment"))), words),
        "several": (
            BertForSequenceClassification(
                bert(size, problem_type="multi_label_classification", **labels("toxic", "insult", "threat"))
            ),
            words,
        ),
        "ranking": (BertForSequenceClassification(bert(size, **labels("LABEL_0"))), words),
        "entities": (BertForTokenClassification(bert(size, **labels("O", "B-PER", "I-PER", "B-LOC", "I-LOC"))), words),
        "answers": (BertForQuestionAnswering(bert(size)), words),
        "masked": (BertForMaskedLM(bert(size)), words),
        "plain": (BertModel(bert(size)), words),
        "decoder": (GPT2LMHeadModel(gpt), chat),
        "t5": (T5ForConditionalGeneration(t5), ended),
        "m2m": (M2M100ForConditionalGeneration(m2m), lingual),
    }


city, tower, film, food, name, ada = texts
questions = {"question": "Where do I live?", "context": name}
long = {"question": "Who wrote the first program?", "context": " ".join([city, tower, film, ada, food, name])}
# Python's pipelines of encoder-decoders search four beams where nothing is said; transformers.js and we do not.
greedy = {"do_sample": False, "num_beams": 1, "max_new_tokens": 12}
talk = [{"role": "user", "content": "Where is Paris?"}]

# task, model, input, options of the call
cases = [
    ("text-classification", "classes", film, {}),
    ("text-classification", "classes", [film, food, city], {"top_k": None}),
    ("text-classification", "several", [film, name], {"top_k": 2}),
    ("text-classification", "classes", film, {"function_to_apply": "none", "top_k": 3}),
    ("zero-shot-classification", "classes", [city, film], {"candidate_labels": ["travel", "cinema", "food"]}),
    (
        "zero-shot-classification",
        "classes",
        film,
        {"candidate_labels": "travel, cinema", "multi_label": True, "hypothesis_template": "It is about {}."},
    ),
    *(
        ("token-classification", "entities", [city, name, ada], {"aggregation_strategy": strategy})
        for strategy in ["none", "simple", "first", "average", "max"]
    ),
    ("token-classification", "entities", city, {"ignore_labels": []}),
    ("question-answering", "answers", questions, {}),
    ("question-answering", "answers", questions, {"top_k": 3}),
    ("question-answering", "answers", questions, {"top_k": 2, "align_to_words": False, "max_answer_len": 3}),
    ("question-answering", "answers", long, {"top_k": 3, "doc_stride": 8, "max_seq_len": 48}),
    ("question-answering", "answers", long, {"handle_impossible_answer": True, "max_seq_len": 40, "doc_stride": 10, "top_k": 4}),
    ("fill-mask", "masked", "My name is [MASK] and I live in Berlin.", {}),
    ("fill-mask", "masked", ["The [MASK] was [MASK].", "The food was [MASK]."], {"top_k": 2}),
    ("fill-mask", "masked", "The food was [MASK].", {"targets": ["was", "in"]}),
    ("feature-extraction", "plain", name, {}),
    ("text-generation", "decoder", tower, greedy),
    ("text-generation", "decoder", [tower, "My"], {**greedy, "return_full_text": False}),
    ("text-generation", "decoder", talk, greedy),
    ("text2text-generation", "t5", [city, "My name"], greedy),
    ("text2text-generation", "t5", film, {**greedy, "num_beams": 3, "num_return_sequences": 2}),
    ("summarization", "t5", film, greedy),
    ("translation", "t5", food, {**greedy, "src_lang": "en", "tgt_lang": "de"}),
    ("translation", "m2m", [food, name], {**greedy, "src_lang": "en", "tgt_lang": "de"}),
]


def run(task: str, model, tokenizer, value, options: dict):
    options = dict(options)
    if task == "translation":
        source, target = options.pop("src_lang"), options.pop("tgt_lang")
        if model.config.model_type == "t5":
            return pipeline(f"translation_{source}_to_{target}", model=model, tokenizer=tokenizer)(value, **options)
        forced = tokenizer.convert_tokens_to_ids(f"__{target}__")
        return pipeline("translation", model=model, tokenizer=tokenizer)(value, forced_bos_token_id=forced, **options)
    made = pipeline(task, model=model, tokenizer=tokenizer)
    if task == "question-answering":
        return made(**value, **options)
    return made(value, **options)


def main() -> None:
    shutil.rmtree(folder, ignore_errors=True)
    made = make()
    for name, (model, tokenizer) in made.items():
        model.eval()
        model.save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
        (folder / name / "special_tokens_map.json").unlink()
    results = []
    for task, name, value, options in cases:
        model, tokenizer = made[name]
        output = run(task, model, tokenizer, value, options)
        results.append({"task": task, "model": name, "input": value, "options": options, "output": output})
    path = folder / "results.json"
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False, default=float) + "\n")
    print(f"{len(results)} results in {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
