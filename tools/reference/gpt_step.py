"""nanoGPT's model and optimizer as a server that speaks JSON lines: the PyTorch side of benchmarks/.

Requests on stdin, one JSON object a line, each answered by one line on stdout:
  {"command": "open", "config": {...}, "optimizer": {...}, "weights": PATH, "threads": 2}
      -> {"version": "1.13.0a0 (OpenBLAS)", "threads": 2}
  {"command": "step", "inputs": [...], "targets": [...], "learningRate": 0.001}
      -> {"loss": 4.17, "milliseconds": 61.2}      forward, backward, clip, AdamW; loss read back
  {"command": "evaluate", "inputs": [...], "targets": [...]}
      -> {"loss": 4.17}
A failure is answered by {"error": TEXT}. End of input ends the process.

The model is nanoGPT's with bias=False: see benchmarks/gpt/config.ts. PyTorch 2 uses its fused attention,
1.13 the explicit one, as nanoGPT does. The weights are a safetensors file of f32 (read here in ten lines,
so that nothing but torch and numpy is needed).
"""

import json
import math
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F


class LayerNorm(nn.Module):
    """LayerNorm with a weight and no bias, which nn.LayerNorm has only from PyTorch 2.1 on."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, None, 1e-5)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config["heads"]
        self.c_attn = nn.Linear(config["width"], 3 * config["width"], bias=False)
        self.c_proj = nn.Linear(config["width"], config["width"], bias=False)
        context = config["context"]
        mask = torch.tril(torch.ones(context, context)).view(1, 1, context, context) == 0
        self.register_buffer("future", mask, persistent=False)

    def forward(self, x):
        batch, length, width = x.shape
        query, key, value = (
            part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in self.c_attn(x).split(width, dim=2)
        )
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            scores = (query @ key.transpose(-2, -1)) * (1.0 / math.sqrt(key.size(-1)))
            scores = scores.masked_fill(self.future[:, :, :length, :length], float("-inf"))
            y = F.softmax(scores, dim=-1) @ value
        return self.c_proj(y.transpose(1, 2).contiguous().view(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_fc = nn.Linear(config["width"], 4 * config["width"], bias=False)
        self.c_proj = nn.Linear(4 * config["width"], config["width"], bias=False)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1 = LayerNorm(config["width"])
        self.attn = Attention(config)
        self.ln_2 = LayerNorm(config["width"])
        self.mlp = Mlp(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = nn.ModuleDict(
            dict(
                wte=nn.Embedding(config["vocabulary"], config["width"]),
                wpe=nn.Embedding(config["context"], config["width"]),
                h=nn.ModuleList([Block(config) for _ in range(config["layers"])]),
                ln_f=LayerNorm(config["width"]),
            )
        )

    def forward(self, inputs, targets):
        positions = torch.arange(inputs.shape[1])
        x = self.transformer.wte(inputs) + self.transformer.wpe(positions)
        for block in self.transformer.h:
            x = block(x)
        logits = F.linear(self.transformer.ln_f(x), self.transformer.wte.weight)  # tied head
        return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    weights = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(content[start:end], dtype="<f4").reshape(entry["shape"])
        weights[name] = torch.from_numpy(values.copy())
    return weights


def blas_name():
    """The BLAS that this process has loaded: Debian's PyTorch takes whichever is installed."""
    if torch.backends.mkl.is_available():
        return "MKL"
    try:
        with open("/proc/self/maps") as file:
            maps = file.read()
    except OSError:
        return "unknown BLAS"
    for part, name in (("openblas", "OpenBLAS"), ("libblis", "BLIS"), ("/blas/libblas", "reference BLAS")):
        if part in maps:
            return name
    return "built-in BLAS"


class Server:
    def open(self, request):
        config, settings = request["config"], request["optimizer"]
        torch.set_num_threads(request["threads"])
        self.shape = (-1, config["context"])
        self.model = GPT(config)
        self.model.load_state_dict(read_safetensors(request["weights"]))
        self.clip = settings["clip"]
        parameters = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": settings["weightDecay"]},
                {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
            ],
            lr=0.0,
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
        )
        torch.ones(2, 2) @ torch.ones(2, 2)  # loads the BLAS
        version = f"{torch.__version__} ({blas_name()})"
        return {"version": version, "threads": torch.get_num_threads()}

    def tokens(self, request):
        return (torch.tensor(request[name]).view(self.shape) for name in ("inputs", "targets"))

    def step(self, request):
        inputs, targets = self.tokens(request)
        start = time.perf_counter()
        for group in self.optimizer.param_groups:
            group["lr"] = request["learningRate"]
        loss = self.model(inputs, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        value = loss.item()
        return {"loss": value, "milliseconds": (time.perf_counter() - start) * 1e3}

    @torch.no_grad()
    def evaluate(self, request):
        return {"loss": self.model(*self.tokens(request)).item()}


def main():
    server = Server()
    commands = {"open": server.open, "step": server.step, "evaluate": server.evaluate}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = commands[request["command"]](request)
        except Exception as error:  # reported to the caller, which decides
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
