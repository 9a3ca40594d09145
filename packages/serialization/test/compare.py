"""Prints where the checkpoints of the second folder differ from those of the same name in the first."""
import os
import sys
import warnings

import torch

warnings.filterwarnings("ignore")
sys.setrecursionlimit(10_000)


def fail(where, a, b):
    print(f"{where}: {str(a)[:90]} != {str(b)[:90]}")


def parts(t):
    """What a sparse tensor consists of."""
    return [t._indices(), t._values()] if t.layout == torch.sparse_coo else [t.crow_indices(), t.col_indices(), t.values()]


def same_tensor(a, b, where, seen):
    def kind(t):
        return (t.dtype, t.layout, tuple(t.shape), t.requires_grad)

    if kind(a) != kind(b):
        return fail(where, kind(a), kind(b))
    if a.layout != torch.strided:
        for i, (x, y) in enumerate(zip(parts(a), parts(b))):
            same_tensor(x, y, f"{where}.{i}", seen)
        return
    if (a.stride(), a.storage_offset()) != (b.stride(), b.storage_offset()):
        return fail(where, a.stride(), b.stride())
    if bytes(a.storage().untyped()) != bytes(b.storage().untyped()):
        return fail(where, a, b)
    if seen.setdefault(a.storage().data_ptr(), b.storage().data_ptr()) != b.storage().data_ptr() and a.numel():
        fail(where, "shared", "not shared")


def same(a, b, where, seen, path=()):
    """Types, keys and their order, values, strides, offsets, bytes, sharing."""
    if id(a) in path:
        return
    path += (id(a),)
    if type(a) is not type(b):
        return fail(where, type(a), type(b))
    if isinstance(a, torch.Tensor):
        same_tensor(a, b, where, seen)
    elif isinstance(a, dict):
        if len(a) != len(b):
            return fail(where, list(a), list(b))
        for (k, x), (l, y) in zip(a.items(), b.items()):
            same(k, l, f"{where}: key", seen, path)
            same(x, y, f"{where}.{k}", seen, path)
        for name in ("_metadata", "default_factory"):
            same(getattr(a, name, None), getattr(b, name, None), f"{where}.{name}", seen, path)
    elif isinstance(a, (list, tuple)):
        if len(a) != len(b):
            return fail(where, len(a), len(b))
        for i, (x, y) in enumerate(zip(a, b)):
            same(x, y, f"{where}[{i}]", seen, path)
    elif isinstance(a, (float, complex)):
        if repr(a) != repr(b):
            fail(where, a, b)
    elif a != b:
        fail(where, a, b)


compared = 0
for name in sorted(os.listdir(sys.argv[2])):
    same(torch.load(os.path.join(sys.argv[1], name)), torch.load(os.path.join(sys.argv[2], name)), name, {})
    compared += 1
print(compared, "compared")
