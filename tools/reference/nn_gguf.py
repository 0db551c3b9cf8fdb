"""Writes packages/nn/test/fixtures/gguf from the tiny models of nn_models.py, as llama.cpp's converter does.

pip install gguf==0.19.0 safetensors==0.8.0 numpy && python3 tools/reference/nn_gguf.py

Llama's query and key rows are permuted, and 1 is added to the weights of Gemma's norms.
"""
import json
import pathlib
import re

import gguf
import numpy as np
from safetensors.numpy import load_file

root = pathlib.Path(__file__).resolve().parents[2] / "packages/nn/test/fixtures"
(root / "gguf").mkdir(exist_ok=True)
PARTS = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
GEMMA = PARTS | {
    "post_attention_layernorm": "post_attention_norm",
    "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}
OUTER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def permute(weights: np.ndarray, heads: int) -> np.ndarray:
    return (
        weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
        .swapaxes(1, 2)
        .reshape(weights.shape)
    )


def name_of(name: str, parts: dict) -> str:
    module, _, kind = name.rpartition(".")
    layer = re.fullmatch(r"model\.layers\.(\d+)\.(.*)", module)
    short = f"blk.{layer[1]}.{parts[layer[2]]}" if layer else OUTER[module]
    return f"{short}.{kind}"


for model in ["llama", "qwen2", "qwen3", "gemma2"]:
    config = json.loads((root / "models" / model / "config.json").read_text())
    writer = gguf.GGUFWriter(root / "gguf" / f"{model}.gguf", model)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    if "head_dim" in config:
        writer.add_key_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    if model == "gemma2":
        writer.add_sliding_window(config["sliding_window"])
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    gemma = model.startswith("gemma")
    for name, value in load_file(root / "models" / model / "model.safetensors").items():
        if model == "llama" and re.search(r"\.[qk]_proj\.", name):
            heads = "num_attention_heads" if ".q_proj." in name else "num_key_value_heads"
            value = permute(value, config[heads])
        if gemma and name.endswith("norm.weight"):
            value = value + np.float32(1)
        writer.add_tensor(name_of(name, GEMMA if gemma else PARTS), value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
