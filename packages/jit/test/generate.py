"""Writes model.pt, a scripted model that uses most of TorchScript's language, and expected.json: python3 generate.py"""
import json
import os
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3))
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))
        self.times = 2

    def forward(self, x: torch.Tensor, y: Optional[torch.Tensor] = None) -> Tuple[torch.Tensor, int]:
        n = 0
        for i in range(self.times):
            if y is not None:
                x = x + y * self.weight
            else:
                x = x * self.weight
            n += i
        while n < 5:
            n += 2
        self.calls += 1
        return x, n


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = nn.ModuleList([Scale(), Scale()])
        self.norm = nn.BatchNorm2d(3)
        self.lstm = nn.LSTM(3, 4, bidirectional=True)
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.drop = nn.Dropout(0.1)

    @torch.jit.export
    def greet(self, a: int) -> str:
        return f"v{a}"

    def forward(self, x):
        outs: List[torch.Tensor] = []
        named: Dict[str, torch.Tensor] = {}
        for m in self.scales:
            x, n = m(x)
            outs.append(x)
            named["last"] = x
        z = self.norm(self.conv(torch.ones(1, 3, 4, 4)))
        h, (a, b) = self.lstm(torch.ones(2, 1, 3))
        assert x.size(0) > 0, "no rows"
        x = self.drop(x)
        v = x[0:2, None]
        if x.dim() > 2:
            raise ValueError(f"expected 2 dimensions, got {x.dim()}")
        total = torch.cat(outs, 0) + x.mean() + z.sum() + h.sum() + a.sum() + float(n) + x[..., 0].sum() + v.sum()
        return total, named, [k for k in named.keys()], self.greet(n // 2)


torch.manual_seed(0)
here = os.path.dirname(os.path.abspath(__file__))
model = torch.jit.script(Model())
model.save(os.path.join(here, "model.pt"))
x = torch.randn(2, 3)
train = model(x)[0]
loss = None
model.eval()
total, named, keys, greeting = model(x)
total.sum().backward()
with open(os.path.join(here, "expected.json"), "w") as f:
    json.dump(
        {
            "input": x.tolist(),
            "total": total.tolist(),
            "last": named["last"].tolist(),
            "keys": keys,
            "greeting": greeting,
            "state": list(model.state_dict()),
            "grads": {k: p.grad.sum().item() for k, p in model.named_parameters()},
            "mean": model.norm.running_mean.tolist(),
        },
        f,
    )
