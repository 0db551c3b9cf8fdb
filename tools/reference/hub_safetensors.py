"""Writes packages/hub/test/fixtures/python-writer.safetensors with the Python (Rust) writer.

pip install safetensors==0.8.0 && python3 tools/reference/hub_safetensors.py
Names sort differently by UTF-16 units and by code points; types cover the writer's whole order.
"""
import ctypes
import pathlib

from safetensors import TensorSpec, serialize

tensors = {
    "b": ("float32", [2, 1], bytes(range(8))),
    "a": ("uint8", [3], b"abc"),
    "Z.weight": ("float32", [], b"1234"),
    "\uff5e": ("float16", [2], b"efgh"),
    "\U0001f642": ("float16", [1], b"ij"),
    "quote\"\\\n\u0001\u007f": ("bool", [1], b"\x01"),
    "empty": ("int64", [0, 7], b""),
    "i8": ("int8", [1], b"k"),
    "u16": ("uint16", [1], b"lm"),
    "bf16": ("bfloat16", [1], b"no"),
    "f8a": ("float8_e4m3fn", [1], b"p"),
    "f8b": ("float8_e5m2", [1], b"q"),
    "i32": ("int32", [1], b"rstu"),
    "u32": ("uint32", [1], b"vwxy"),
    "f64": ("float64", [1], b"01234567"),
    "c64": ("complex64", [1], b"89012345"),
    "u64": ("uint64", [1], b"67890123"),
}
buffers, specs = [], {}
for name, (dtype, shape, data) in tensors.items():
    buffer = ctypes.create_string_buffer(data, max(len(data), 1))
    buffers.append(buffer)
    specs[name] = TensorSpec(
        dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffer), data_len=len(data)
    )
folder = pathlib.Path(__file__).resolve().parents[2] / "packages/hub/test/fixtures"
(folder / "python-writer.safetensors").write_bytes(serialize(specs, {"format": "pt"}))
