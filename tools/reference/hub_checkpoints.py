"""Writes the PyTorch and GGUF checkpoints of packages/hub/test/fixtures/checkpoints.

pip install torch==2.15.0 gguf==0.19.0 numpy && python3 tools/reference/hub_checkpoints.py

PyTorch: the zip format and the older one, each with every type of number, transposed and shared views; and files
that must be refused. GGUF: a tensor of every supported type from random blocks (so that every bit is used), with
its values from the package's own dequantizer beside it as f32 tensors named NAME.values.
"""
import collections
import pathlib
import pickle
import warnings

import gguf
import numpy as np
import torch

folder = pathlib.Path(__file__).resolve().parents[2] / "packages/hub/test/fixtures/checkpoints"
folder.mkdir(parents=True, exist_ok=True)


def state() -> dict:
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
    state = collections.OrderedDict(
        base=base,
        transposed=base.t(),
        row=base[2],
        window=base[1:3, 2:5],
        every_other=base[:, ::2],
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        f16=torch.tensor([1.5, -0.25, 65504.0], dtype=torch.float16),
        bf16=torch.tensor([1.5, -0.25, 3e38], dtype=torch.bfloat16),
        f64=torch.tensor([0.1, -1e-300], dtype=torch.float64),
        i64=torch.tensor([-1, 2**31 - 1], dtype=torch.int64),
        i64_large=torch.tensor([2**40], dtype=torch.int64),
        i32=torch.tensor([-7], dtype=torch.int32),
        i16=torch.tensor([-300, 300], dtype=torch.int16),
        i8=torch.tensor([-128, 127], dtype=torch.int8),
        u8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False]),
    )
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    return state


torch.save(state(), folder / "zip.bin")
torch.save(state(), folder / "legacy.bin", _use_new_zipfile_serialization=False)
torch.save({"weight": torch.nn.Parameter(torch.ones(1))}, folder / "parameter.bin")
torch.save({"epoch": 3, "weight": torch.ones(1)}, folder / "not-a-tensor.bin")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.save({"weight": torch.ones(1).expand(1000)}, folder / "expanded.bin")


class RunsCode:
    def __reduce__(self):
        return (print, ("this must not run",))


torch.save({"weight": RunsCode()}, folder / "runs-code.bin")
(folder / "plain-pickle.bin").write_bytes(pickle.dumps({"weight": 1}, protocol=2))

types = gguf.GGMLQuantizationType
writer = gguf.GGUFWriter(folder / "types.gguf", "llama")
writer.add_name("types")
writer.add_uint8("test.u8", 255)
writer.add_int8("test.i8", -128)
writer.add_uint16("test.u16", 65535)
writer.add_int16("test.i16", -32768)
writer.add_uint32("test.u32", 2**32 - 1)
writer.add_int32("test.i32", -(2**31))
writer.add_float32("test.f32", 0.5)
writer.add_bool("test.bool", True)
writer.add_uint64("test.u64", 2**63)
writer.add_int64("test.i64", -5)
writer.add_float64("test.f64", 0.1)
writer.add_array("test.strings", ["a", "é", ""])
writer.add_array("test.integers", [1, -2, 3])
writer.add_array("test.floats", [0.5, -1.5])
writer.add_array("test.bools", [True, False])
random = np.random.default_rng(7)
for name in ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]:
    kind = types[name]
    elements, width = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, size=(3, 2 * width), dtype=np.uint8)
    # Finite scales: the halves that are scales get small exponents, signs stay random.
    halves = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}.get(name, [0])
    for start in (0, width):
        for half in halves:
            blocks[:, start + half + 1] &= 0xBF
    values = gguf.dequantize(blocks, kind)
    writer.add_tensor(name, blocks, raw_dtype=kind)
    writer.add_tensor(f"{name}.values", values)
floats = random.standard_normal((2, 8)).astype(np.float32)
writer.add_tensor("F32", floats)
writer.add_tensor("F16", floats.astype(np.float16))
bf16 = gguf.quantize(floats, types.BF16)
writer.add_tensor("BF16", bf16, raw_dtype=types.BF16)
writer.add_tensor("F16.values", floats.astype(np.float16).astype(np.float32))
writer.add_tensor("BF16.values", gguf.dequantize(bf16, types.BF16))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

other = gguf.GGUFWriter(folder / "other-type.gguf", "llama")
other.add_tensor("weight", random.integers(0, 256, size=(1, 84), dtype=np.uint8), raw_dtype=types.Q2_K)
other.write_header_to_file()
other.write_kv_data_to_file()
other.write_tensors_to_file()
other.close()
