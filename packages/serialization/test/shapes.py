"""Checkpoints of unusual shape, in every format: those in `kept` come back as they were, those in `refused` do not load."""
import argparse
import collections
import datetime
import functools
import os
import pathlib
import sys
import warnings

import torch

warnings.filterwarnings("ignore")
sys.setrecursionlimit(10_000)
torch.manual_seed(0)


def recursive():
    items, mapping = [1], {}
    items.append((items, mapping))
    mapping["self"] = mapping
    mapping["items"] = items
    return items


def deep(levels):
    result = []
    for _ in range(levels):
        result = [result]
    return result


def states():
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    optimizers = [torch.optim.SGD(model.parameters(), 0.1, momentum=0.9), torch.optim.Adam(model.parameters(), amsgrad=True)]
    schedulers = [torch.optim.lr_scheduler.ReduceLROnPlateau(optimizers[0]), torch.optim.lr_scheduler.CosineAnnealingLR(optimizers[1], 10)]
    model(torch.ones(1, 1, 4, 4)).sum().backward()
    for optimizer in optimizers:
        optimizer.step()
    return {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "schedulers": [s.state_dict() for s in schedulers]}


def attributed():
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.tag = {"a": 1}
    return parameter


base = torch.arange(24.0).reshape(4, 6)
shared = torch.ones(4)
Point = collections.namedtuple("Point", "x y")

KEPT = {
    "nested": {"a": [(1, 2.0, "x"), {"b": (None, True)}], "c": {}, "d": [[], [[]]]},
    "sets": [{1, 2, 3}, frozenset({"a"}), set(), {(1, 2), frozenset({3})}],
    "ordered": collections.OrderedDict(b=1, a=collections.OrderedDict()),
    "defaultdict": [collections.defaultdict(int, {"a": 1}), collections.defaultdict(list, {"b": [1]}), collections.defaultdict(None, {"c": 1})],
    "counter": collections.Counter("hello"),
    "complex": [1 + 2j, complex("inf"), -0j],
    "bytes": [b"", b"\x00\xff" * 10, bytearray(b"ab"), bytearray()],
    "ints": [0, -1, 255, 256, 2**31, 2**53, 2**53 + 1, 2**63, -(2**63), 2**64, -(2**2000), 10**400],
    "floats": [float("nan"), float("inf"), -0.0, 1e-310, 1.0, 2.5],
    "texts": ["", "x" * 70_000, "héllo 🎉\u2028\x00", "'\"\\\n"],
    "recursive": recursive(),
    "deep": deep(300),
    "keys": {1: "a", 2.5: "b", (1, 2): "c", None: "d", True: "e", b"x": "f", "s": "g", frozenset({1}): "h", -1: "i"},
    "int keys": {3: 1, 1: 2, 2: {7: 0}},
    "negative keys": {-1: 1, -2: 2},
    "bool keys": {True: 1, False: 0},
    "digits": {"3": 1, "1": 2, "b": 3},
    "mixed keys": {"1": 1, 1: 2},
    "special keys": {"__proto__": {"x": 1}, "constructor": 2, "toString": 3},
    "views": {"base": base, "row": base[1], "t": base.t(), "step": base[::2, 1::2], "wide": base[0:1].expand(5, 6), "diagonal": base.diagonal(), "none": base.view(-1)[5:5]},
    "shared": {"a": shared, "b": shared, "c": [shared, shared[1:]]},
    "empty": [torch.empty(0), torch.empty(3, 0, 2), torch.empty(0, dtype=torch.int64)],
    "scalar": torch.tensor(3.5),
    "dtypes": {str(d): torch.tensor([0, 1, 3]).to(d) for d in (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64, torch.complex128)},
    "extremes": [torch.tensor([float("inf"), float("nan"), -0.0]), torch.tensor([2**62, -(2**63)])],
    "channels last": torch.randn(1, 3, 2, 2).to(memory_format=torch.channels_last),
    "gradients": [torch.ones(2, requires_grad=True), torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(1), requires_grad=False)],
    "sparse": [torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr(), torch.zeros(2, 3).to_sparse_csr(), torch.sparse_coo_tensor([[0, 1, 0]], torch.ones(3, 3), (4, 3)), torch.zeros(2, 2).to_sparse()],
    "types": [torch.Size([2, 3]), torch.float32, torch.bfloat16, torch.device("cpu"), torch.device("cuda:1"), torch.device("cuda")],
    "many": [torch.full((1,), float(i)) for i in range(300)],
    "states": states(),
    "rng": torch.get_rng_state(),
    "dict of tuples": {(0, 1): torch.ones(1)},
}

REFUSED = {
    "namedtuple": (Point(1, 2), "__main__.Point"),
    "slice": (slice(1, None, 2), "slice"),
    "range": (range(3), "range"),
    "deque": (collections.deque([1, 2]), "collections.deque"),
    "datetime": (datetime.datetime(2020, 1, 1), "datetime.datetime"),
    "path": (pathlib.PurePosixPath("/tmp"), "pathlib.PurePosixPath"),
    "namespace": (argparse.Namespace(lr=0.1), "argparse.Namespace"),
    "partial": (functools.partial(max, 1), "functools.partial"),
    "function": (torch.nn.functional.relu, "torch.nn.functional.relu"),
    "module": (torch.nn.Linear(2, 2), "torch.nn.modules.linear.Linear"),
    "packed sequence": (torch.nn.utils.rnn.pack_sequence([torch.ones(2)]), "PackedSequence"),
    "quantized": (torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8), "quantized tensors are not supported"),
    "meta": (torch.empty(3, device="meta"), "meta device"),
}

FORMATS = {
    "zip": {},
    "legacy": {"_use_new_zipfile_serialization": False},
    "protocol 3 legacy": {"pickle_protocol": 3, "_use_new_zipfile_serialization": False},
    "protocol 4": {"pickle_protocol": 4},
    "protocol 5": {"pickle_protocol": 5},
}

for folder in ("kept", "refused"):
    os.mkdir(os.path.join(sys.argv[1], folder))
for name, options in FORMATS.items():
    for key, value in KEPT.items():
        torch.save(value, os.path.join(sys.argv[1], "kept", f"{key}.{name}.pth"), **options)
    for key, (value, words) in REFUSED.items():
        torch.save(value, os.path.join(sys.argv[1], "refused", f"{key}.{name}.pth"), **options)
for key, (value, words) in REFUSED.items():
    print(f"{key}\t{words}")
