"""Writes packages/tensor/test/fixtures/torch-ops.json: what PyTorch gives for the operations at their edges.

Run from the repository's root, with any PyTorch from 1.13 on:  python3 tools/reference/tensor_ops.py

Each case is {name, inputs, outputs, upstream?, gradients?}; a tensor is {shape, dtype, values}, where NaN and
the infinities are strings, since JSON has none. Gradients belong to the inputs marked `grad`, for the sum of
outputs · upstream. test/reference/torch.test.ts holds our operation of the same name to them.
"""

import json
import math
import pathlib

import torch
from torch.nn import functional as F

TARGET = pathlib.Path("packages/tensor/test/fixtures/torch-ops.json")
DTYPES = {
    torch.float32: "f32",
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.int32: "i32",
    torch.int64: "i32",  # we have no i64
    torch.uint8: "u8",
    torch.int8: "i8",
    torch.bool: "bool",
}
INF, NAN = math.inf, math.nan
cases = []


def f32(values, grad=False):
    return torch.tensor(values, dtype=torch.float32, requires_grad=grad)


def i32(values):
    return torch.tensor(values, dtype=torch.int32)


def random(*shape, grad=True):
    return torch.randn(*shape, generator=generator).requires_grad_(grad)


def number(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, float):
        return float(f"{value:.9g}")  # enough to tell all f32 apart
    return int(value)


def dump(tensor):
    plain = tensor.detach()
    flat = plain.double() if plain.is_floating_point() else plain.int()
    return {
        "shape": list(plain.shape),
        "dtype": DTYPES[plain.dtype],
        "values": [number(value) for value in flat.reshape(-1).tolist()],
    }


def case(name, function, *inputs):
    """Records function(*inputs) and, where an input requires grad, its gradients for a random upstream."""
    outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    entry = {
        "name": name,
        "inputs": [dict(dump(x), grad=x.requires_grad) for x in inputs],
        "outputs": [dump(y) for y in outputs],
    }
    smooth = [y for y in outputs if y.requires_grad]
    if smooth:
        upstream = [torch.randn(y.shape, generator=generator) for y in smooth]
        trainable = [x for x in inputs if x.requires_grad]
        gradients = torch.autograd.grad(smooth, trainable, [u.to(y.dtype) for u, y in zip(upstream, smooth)])
        entry["upstream"] = [dump(u) for u in upstream]
        entry["gradients"] = [dump(g) for g in gradients]
    cases.append(entry)


def arithmetic():
    left, right = i32([7, -7, 7, -7, 6, 0]), i32([3, 3, -3, -3, 2, 5])
    case("mod of integers", torch.remainder, left, right)
    case("floorDivide of integers", lambda a, b: torch.div(a, b, rounding_mode="floor"), left, right)
    case("div of integers", torch.true_divide, left, right)
    case("mod of floats", torch.remainder, f32([5.5, -5.5, 5.5, -5.5, -1e-3], True), f32([2, 2, -2, -2, 3]))
    case("pow", torch.pow,
         f32([0, 0, 0, 2, -2, -2, 4, INF, 0.5, 1, -1, -8]), f32([0, 2, -1, 3, 3, 2, 0.5, -1, INF, NAN, INF, 1 / 3]))
    case("pow with gradients", torch.pow, f32([2, 0.5, 0, 3, 0], True), f32([3, -2, 2, 0, 1], True))
    case("round", torch.round, f32([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609, INF, NAN]))
    case("sign", torch.sign, f32([-3, -0.0, 0, 2, INF, -INF]))
    case("sqrt and rsqrt", lambda x: (torch.sqrt(x), torch.rsqrt(x)), f32([0, 1, 2, INF, -1, NAN]))
    case("log and exp", lambda x: (torch.log(x), torch.exp(x)), f32([0, 1, -1, INF, -INF, NAN, 88, 89, -103, -104]))
    case("tanh, erf and sigmoid", lambda x: (torch.tanh(x), torch.erf(x), torch.sigmoid(x)),
         f32([-INF, -100, -4, -1e-4, 0, 1e-4, 0.5, 4, 100, INF, NAN]))
    case("log1p and expm1", lambda x: (torch.log1p(x), torch.expm1(x)), f32([0, 1e-8, -1e-8, 1e-3, -0.3, 0.36, 5, -0.999], True))
    case("maximum and minimum with ties and NaN", lambda a, b: (torch.maximum(a, b), torch.minimum(a, b)),
         f32([1, 2, 3, NAN, -0.5]), f32([1, 3, 2, 1, NAN]))
    case("maximum's shared gradient", torch.maximum, f32([1, 2, 3], True), f32([1, 3, 2], True))
    case("minimum's shared gradient", torch.minimum, f32([1, 2, 3], True), f32([1, 3, 2], True))
    case("abs at zero", torch.abs, f32([-2, 0, 3], True))
    case("clamp", lambda x: torch.clamp(x, -1, 2), f32([-3, -1, 0, 2, 5], True))
    case("clamp of NaN", lambda x: torch.clamp(x, -1, 2), f32([NAN, INF, -INF]))
    case("integers wrap", lambda a, b: (a + 1, b + b), i32([2147483647, -2147483648]), torch.tensor([200, 100], dtype=torch.uint8))
    case("shifts and bits", lambda a, b: (a << b, a >> b, a & b, a | b, a ^ b, ~a), i32([5, -5, 1, -2147483648]), i32([1, 1, 31, 4]))
    case("promotion", lambda a, b, c, d: (a + b, b + c, a * c, c + d, b * 0.5, b / 2),
         torch.tensor([1, 2], dtype=torch.uint8), i32([-3, 4]), torch.tensor([0.5, 1.5], dtype=torch.float16), torch.tensor([1, 2], dtype=torch.bfloat16))


def casts():
    edges = [1 + 2**-11, 1 + 3 * 2**-11, 65504, 65519, 65520, 2**-24, 2**-25, 1.5 * 2**-24, -1e-9, INF, NAN, 1 + 2**-8, 1 + 3 * 2**-8, 3.39e38]
    case("cast to halves", lambda x: (x.half(), x.bfloat16()), f32(edges))
    case("cast to integers", lambda x: x.int(), f32([1.9, -1.9, 0.5, -0.5, 2147483520]))
    case("cast to floats", lambda x: (x.float(), x.half()), i32([16777217, -16777219, 2147483647, 2049]))


def reductions():
    x = f32([[3, 1, 3, 2], [5, 5, 5, 0]], True)
    case("max and min share their gradients", lambda x: (torch.amax(x, 1), torch.amin(x, 0)), x)
    case("argmax and argmin take the first", lambda x: (torch.argmax(x, 1), torch.argmin(x, 1)), x.detach())
    case("NaN in reductions", lambda x: (torch.amax(x, 1), torch.amin(x, 1), torch.argmax(x, 1), torch.sum(x, 1)), f32([[1, NAN, 3], [NAN, 0, NAN], [1, INF, -INF]]))
    case("prod with zeros", lambda x: torch.prod(x, 1), f32([[1, 2, 3], [0, 2, 3], [0, 0, 3]], True))
    case("mean and variance", lambda x: (x.mean(0), x.var(1), x.var((0, 1), unbiased=False)), random(3, 5))
    case("sums of integers and bools", lambda a, b: (a.sum(1), b.sum()), i32([[1, -2, 3], [4, 5, 6]]), torch.tensor([True, False, True]))
    case("empty reductions", lambda x: (x.sum(1), x.prod(1)), torch.zeros(2, 0))
    case("cumsum", lambda x: (x.cumsum(0), x.cumsum(1)), random(3, 4))
    case("logSumExp", lambda x: torch.logsumexp(x, 1), f32([[1, 2, 3], [1000, 1000, -1000], [-INF, 0, 1]], True))
    case("logSumExp of infinities", lambda x: torch.logsumexp(x, 1), f32([[-INF, -INF], [INF, 0]]))
    case("softmax and logSoftmax", lambda x: (torch.softmax(x, 1), torch.log_softmax(x, 1)), f32([[1, 2, 3], [1000, 999, -1000], [-1e30, 0, 1]], True))


def indexed():
    case("sort", lambda x: (*torch.sort(x, stable=True), *torch.sort(x, stable=True, descending=True)), f32([[2, NAN, 1, 2], [INF, -INF, 0, -0.0]]))
    case("topk", lambda x: torch.topk(x, 2).values, f32([[2, 5, 1, 4], [8, 6, 7, 0]], True))
    ids = torch.tensor([[0, 2], [2, 1]])
    case("embedding", lambda w, ids: F.embedding(ids, w), random(4, 3), ids)
    case("take", lambda x, i: torch.index_select(x, 1, i), random(2, 4), torch.tensor([3, 0, 3]))
    case("takeAlong", lambda x, i: torch.gather(x, 1, i), random(3, 4), torch.tensor([[0, 0, 3], [1, 2, 1]]))
    case("scatterAdd", lambda i, x: torch.zeros(4, 2).index_add(0, i, x), torch.tensor([1, 3, 1]), random(3, 2))
    case("oneHot", lambda c: F.one_hot(c, 4).float(), torch.tensor([2, 0, 3]))
    case("tril and triu", lambda x: (torch.tril(x, 1), torch.triu(x, -1)), random(2, 3, 4))
    case("concat", lambda a, b: torch.cat([a, b], 1), random(2, 2), torch.tensor([[1], [2]], dtype=torch.int32))
    case("flip and pad", lambda x: (torch.flip(x, [0]), F.pad(x, (1, 2, 0, 1))), random(2, 3))


def products():
    for name, left, right in [("vectors", (3,), (3,)), ("vector and matrix", (3,), (3, 2)), ("vector and batch", (3,), (2, 3, 4)),
                              ("batch and vector", (2, 4, 3), (3,)), ("batch and matrix", (2, 2, 3), (3, 4)), ("broadcast batches", (2, 1, 2, 3), (3, 3, 2))]:
        case(f"matmul of {name}", torch.matmul, random(*left), random(*right))
    case("linear", F.linear, random(2, 3), random(4, 3), random(4))


def norms_and_activations():
    case("layerNorm", lambda x, w, b: F.layer_norm(x, [5], w, b, 1e-5), random(3, 5), random(5), random(5))
    case("layerNorm over two axes", lambda x: F.layer_norm(x, [2, 3]), random(4, 2, 3))
    case("rmsNorm", lambda x, w: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * w, random(3, 5), random(5))
    edges = [-INF, -100, -21, -3, -0.5, -1e-4, 0, 1e-4, 0.5, 3, 21, 100, INF, NAN]
    inside = [-100, -21, -3, -0.5, -1e-4, 0, 1e-4, 0.5, 3, 21, 100]
    for name, function in {
        "relu": F.relu,
        "leakyRelu": F.leaky_relu,
        "elu": F.elu,
        "gelu": F.gelu,
        "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
        "quickGelu": lambda x: x * torch.sigmoid(1.702 * x),
        "softplus": F.softplus,
        "logSigmoid": F.logsigmoid,
        "mish": F.mish,
        "softsign": F.softsign,
    }.items():
        case(name, function, f32(inside, True))
        if name in ("relu", "leakyRelu", "elu", "softplus", "logSigmoid"):
            case(f"{name} of infinities and NaN", function, f32(edges))


def losses():
    logits, targets, weight = random(5, 4), torch.tensor([1, -100, 3, 0, 3]), f32([0.5, 2, 1, 0.25])
    for reduction in ("mean", "sum", "none"):
        case(f"crossEntropy, {reduction}", lambda x, t: F.cross_entropy(x, t, reduction=reduction), logits, targets)
        case(f"crossEntropy, smoothed and weighted, {reduction}",
             lambda x, t, w: F.cross_entropy(x, t, weight=w, label_smoothing=0.1, reduction=reduction), logits, targets, weight)
    case("crossEntropy, another ignored class", lambda x, t: F.cross_entropy(x, t, ignore_index=3, label_smoothing=0.2), logits, torch.tensor([1, 2, 3, 0, 3]))
    case("crossEntropy, all ignored", F.cross_entropy, logits.detach(), torch.tensor([-100] * 5))
    case("crossEntropy, probabilities", lambda x, t, w: F.cross_entropy(x, t, weight=w, label_smoothing=0.1), logits, torch.softmax(random(5, 4, grad=False), 1), weight)
    case("crossEntropy of far logits", lambda x, t: F.cross_entropy(x, t, reduction="none"), f32([[500, -500, 0, 0], [-1e30, 0, 1, 2]], True), torch.tensor([1, 2]))
    case("nllLoss", lambda x, t, w: F.nll_loss(x, t, weight=w), torch.log_softmax(random(5, 4, grad=False), 1).requires_grad_(), targets, weight)
    truth = f32([[0, 1, 1], [1, 0, 1]])
    case("binaryCrossEntropyWithLogits", F.binary_cross_entropy_with_logits, f32([[-50, 0, 50], [2, -3, 0.5]], True), truth)
    case("binaryCrossEntropyWithLogits, weighted", lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, weight=w, pos_weight=p),
         random(2, 3), truth, f32([1, 2, 0.5]), f32([3, 1, 0.5]))
    case("mseLoss", F.mse_loss, random(2, 3), random(2, 3))
    case("l1Loss", F.l1_loss, f32([1, 2, 3], True), f32([1, 3, 2], True))


def attend(q, k, v, hidden=None, bias=None, scale=None, softcap=None):
    """As transformers' eager attention: repeated key heads, finite masks, softmax in f32."""
    groups = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    scores = q @ k.transpose(-1, -2) * (scale or q.shape[-1] ** -0.5)
    if softcap:
        scores = softcap * torch.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    if hidden is not None:
        scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
    return torch.softmax(scores, -1) @ v


def attention():
    q, k, v = random(1, 4, 3, 2), random(1, 2, 5, 2), random(1, 2, 5, 3)
    row, column = torch.arange(3)[:, None], torch.arange(5)
    case("attention", lambda q, k, v: attend(q, k, v), q, k, v)
    case("attention, causal", lambda q, k, v: attend(q, k, v, column > row), q, k, v)
    case("attention, causal from position 2", lambda q, k, v: attend(q, k, v, column > row + 2), q, k, v)
    case("attention, window", lambda q, k, v: attend(q, k, v, (column > row + 2) | (column < row + 2 - 1)), q, k, v)
    case("attention, soft cap", lambda q, k, v: attend(q, k, v, scale=0.8, softcap=1.5), q, k, v)
    mask = torch.tensor([[True, False, True, True, False], [False] * 5, [True] * 5])
    case("attention, boolean mask", lambda q, k, v, m: attend(q, k, v, ~m), q, k, v, mask)
    case("attention, bias", lambda q, k, v, b: attend(q, k, v, bias=b), q, k, v, random(4, 3, 5))


def rotary():
    """`half` as transformers' rotate_half (Llama), `interleaved` as rotate_every_two (GPT-J)."""
    angles = torch.arange(3)[:, None] * (10000.0 ** (-torch.arange(2) / 2))
    cos, sin = angles.cos(), angles.sin()

    def half(x, c, s):
        c, s = torch.cat([c, c], -1), torch.cat([s, s], -1)
        first, second = x.chunk(2, -1)
        return x * c + torch.cat([-second, first], -1) * s

    def interleaved(x, c, s):
        c, s = c.repeat_interleave(2, -1), s.repeat_interleave(2, -1)
        return x * c + torch.stack([-x[..., 1::2], x[..., ::2]], -1).flatten(-2) * s

    case("rotary, half", half, random(2, 3, 4), cos, sin)
    case("rotary, interleaved", interleaved, random(2, 3, 4), cos, sin)


generator = torch.Generator().manual_seed(7)
for section in (arithmetic, casts, reductions, indexed, products, norms_and_activations, losses, attention, rotary):
    section()
TARGET.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(json.dumps(entry) for entry in cases)
TARGET.write_text(f"[\n{lines}\n]\n")
print(f"{TARGET}: {len(cases)} cases from PyTorch {torch.__version__}")
