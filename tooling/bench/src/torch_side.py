"""The workloads of src/workloads in PyTorch; prints {"id", "seconds"} lines. Usage: torch_side.py THREADS ID..."""
import json
import sys
import time

import torch
from torch import nn, optim
from torch.nn import functional as F
from torch_layers import LAYERS

BUDGET = 0.4


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = F.relu(self.fc1(x.view(-1, 320)))
        return F.log_softmax(self.fc2(x), dim=1)


def tiny_add(grad=False):
    a, b = torch.rand(3, 1, requires_grad=grad), torch.rand(3, 1)
    return lambda: a + b


def tiny_matmul():
    a, b = torch.rand(4, 4), torch.rand(4, 4)
    return lambda: a @ b


def tiny_addsum():
    a, b = torch.rand(3, 1, requires_grad=True), torch.rand(3, 1, requires_grad=True)

    def run():
        a.grad = b.grad = None
        (a + b).sum().backward()

    return run


def curve():
    def run():
        torch.manual_seed(1)
        w = torch.randn([3, 1], requires_grad=True)
        optimiser = optim.Adam([w], 0.1)
        for _ in range(1000):
            x = torch.rand(100) * 20 - 10
            y = 5 * x * x + 3
            features = torch.stack([x * x, x, torch.ones_like(x)], 1)
            loss = F.mse_loss(torch.squeeze(features @ w, 1), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    return run


def mnist():
    torch.manual_seed(1)
    model = Net()
    optimiser = optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    data, target = torch.rand(64, 1, 28, 28), torch.randint(0, 10, [64])

    def run():
        optimiser.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        optimiser.step()
        return loss.item()

    return run


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(out + self.shortcut(x))


def resnet18():
    torch.manual_seed(1)
    blocks = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1)]
    blocks += [(128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]
    stem = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    head = [nn.AvgPool2d(4), nn.Flatten(), nn.Linear(512, 10)]
    model = nn.Sequential(*stem, *[Residual(*block) for block in blocks], *head)
    optimiser = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    data, target = torch.rand(32, 3, 32, 32), torch.randint(0, 10, [32])

    def run():
        optimiser.zero_grad()
        loss = F.cross_entropy(model(data), target)
        loss.backward()
        optimiser.step()
        return loss.item()

    return run


def lstm():
    torch.manual_seed(1)
    model = nn.LSTM(200, 200)
    optimiser = optim.SGD(model.parameters(), lr=0.01)
    data = torch.rand(35, 32, 200)

    def run():
        optimiser.zero_grad()
        loss = model(data)[0].pow(2).mean()
        loss.backward()
        optimiser.step()
        return loss.item()

    return run


def adam():
    params = [nn.Parameter(torch.rand(20_000)) for _ in range(50)]
    for p in params:
        p.grad = torch.rand(20_000)
    optimiser = optim.Adam(params, lr=1e-3)
    return optimiser.step


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.width, self.heads = width, heads
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, hidden):
        b, t, w = x.shape
        q, k, v = (p.view(b, t, self.heads, w // self.heads).transpose(1, 2) for p in self.qkv(self.ln1(x)).split(w, 2))
        scores = (q @ k.transpose(-2, -1)) * (1.0 / (w // self.heads) ** 0.5)
        y = F.softmax(scores.masked_fill(hidden, float("-inf")), dim=-1) @ v
        x = x + self.proj(y.transpose(1, 2).contiguous().view(b, t, w))
        return x + self.down(F.gelu(self.up(self.ln2(x))))


def gpt():
    torch.manual_seed(1)
    batch, length, width, heads, tokens = 8, 128, 256, 4, 512
    parts = nn.ModuleList(
        [nn.Embedding(tokens, width), nn.Embedding(length, width)]
        + [Block(width, heads) for _ in range(2)]
        + [nn.LayerNorm(width), nn.Linear(width, tokens, bias=False)]
    )
    embed, places, block1, block2, ln, head = parts
    hidden = torch.ones(length, length, dtype=torch.bool).tril().logical_not()
    optimiser = optim.AdamW(parts.parameters(), lr=1e-3)
    index, target = torch.randint(0, tokens, [batch, length]), torch.randint(0, tokens, [batch, length])

    def run():
        optimiser.zero_grad()
        x = embed(index) + places(torch.arange(length))
        scores = head(ln(block2(block1(x, hidden), hidden)))
        loss = F.cross_entropy(scores.view(-1, tokens), target.view(-1))
        loss.backward()
        optimiser.step()
        return loss.item()

    return run


def on_matrix(f):
    x, index = torch.rand(1000, 1000), torch.randint(0, 1000, [1000, 1000])
    return lambda: f(x, index)


def index_select():
    x, index = torch.rand(10_000, 256), torch.randint(0, 10_000, [5000])
    return lambda: x.index_select(0, index)


def index_get():
    x, i, j = torch.rand(1000, 1000), torch.randint(0, 1000, [100_000]), torch.randint(0, 1000, [100_000])
    return lambda: x[i, j]


def searchsorted():
    edges, x = torch.rand(1000).sort()[0], torch.rand(1_000_000)
    return lambda: torch.searchsorted(edges, x)


def embedding():
    weight, index = torch.rand(10_000, 256, requires_grad=True), torch.randint(0, 10_000, [32, 128])

    def run():
        weight.grad = None
        F.embedding(index, weight).sum().backward()

    return run


def cross_entropy():
    scores, target = torch.rand(1024, 1000, requires_grad=True), torch.randint(0, 1000, [1024])

    def run():
        scores.grad = None
        F.cross_entropy(scores, target).backward()

    return run


def einsum():
    a, b = torch.rand(16, 128, 128), torch.rand(16, 128, 128)
    return lambda: torch.einsum("bij,bkj->bik", a, b)


def elementwise(f):
    a, b = torch.rand(1_000_000), torch.rand(1_000_000)
    return lambda: f(a, b)


def square(f):
    x = torch.rand(1000, 1000)
    return lambda: f(x)


def where():
    a, b = torch.rand(1_000_000), torch.rand(1_000_000)
    condition = a > 0.5
    return lambda: torch.where(condition, a, b)


def gemm(n):
    a, b = torch.rand(n, n), torch.rand(n, n)
    return lambda: a.mm(b)


CONVOLUTIONS = {
    "mnist1": ([64, 1, 28, 28], [10, 1, 5, 5], 0),
    "mnist2": ([64, 10, 12, 12], [20, 10, 5, 5], 0),
    "c3x3": ([32, 64, 32, 32], [64, 64, 3, 3], 1),
    "c1x1": ([1, 256, 128, 128], [256, 256, 1, 1], 0),
}


def convolution(name, part):
    shape, weight, padding = CONVOLUTIONS[name]
    x, w = torch.rand(shape), torch.rand(weight)
    if part == "fwd":
        return lambda: F.conv2d(x, w, None, padding=padding)
    leaf = (x if part == "gx" else w).requires_grad_()
    out = F.conv2d(x, w, None, padding=padding)
    g = torch.ones_like(out)
    return lambda: torch.autograd.grad(out, leaf, g, retain_graph=True)


WORKLOADS = {
    "tiny.add": tiny_add,
    "tiny.add.grad": lambda: tiny_add(True),
    "tiny.matmul": tiny_matmul,
    "tiny.addsum.fwdbwd": tiny_addsum,
    "curve": curve,
    "mnist": mnist,
    "resnet18": resnet18,
    "lstm": lstm,
    "optim.adam": adam,
    "gpt": gpt,
    "ew.add": lambda: elementwise(lambda a, b: a + b),
    "ew.mul": lambda: elementwise(lambda a, b: a * b),
    "ew.exp": lambda: elementwise(lambda a, b: a.exp()),
    "ew.tanh": lambda: elementwise(lambda a, b: a.tanh()),
    "ew.sum": lambda: elementwise(lambda a, b: a.sum()),
    "ew.log": lambda: elementwise(lambda a, b: a.log()),
    "ew.sin": lambda: elementwise(lambda a, b: a.sin()),
    "ew.gelu": lambda: elementwise(lambda a, b: F.gelu(a)),
    "ew.sigmoid": lambda: elementwise(lambda a, b: a.sigmoid()),
    "ew.pow": lambda: elementwise(lambda a, b: a.pow(2.5)),
    "ew.fill": lambda: elementwise(lambda a, b: a.fill_(1)),
    "ew.add.transposed": lambda: square(lambda x: x + x.t()),
    "ew.lt": lambda: elementwise(lambda a, b: a < b),
    "ew.where": where,
    "sum.columns": lambda: square(lambda x: x.sum(0)),
    "sum.rows": lambda: square(lambda x: x.sum(1)),
    "amax.rows": lambda: square(lambda x: x.amax(1)),
    "argmax.rows": lambda: square(lambda x: x.argmax(1)),
    "var.rows": lambda: square(lambda x: x.var(1)),
    "cumsum.columns": lambda: square(lambda x: x.cumsum(0)),
    "cumsum.rows": lambda: square(lambda x: x.cumsum(1)),
    "copy.transposed": lambda: square(lambda x: x.t().contiguous()),
    "copy.expanded": lambda: square(lambda x: x[0].expand(1000, 1000).contiguous()),
    "copy.cast": lambda: elementwise(lambda a, b: a.long()),
    **{f"gemm.{n}": (lambda n=n: gemm(n)) for n in (64, 256, 512, 1024)},
    **{
        f"conv.{name}.{part}": (lambda name=name, part=part: convolution(name, part))
        for name in CONVOLUTIONS
        for part in ("fwd", "gx", "gw")
    },
    "index_select": index_select,
    "index": index_get,
    "gather": lambda: on_matrix(lambda x, index: x.gather(1, index)),
    "scatter_add": lambda: on_matrix(lambda x, index: torch.zeros_like(x).scatter_add_(1, index, x)),
    "gather.dim0": lambda: on_matrix(lambda x, index: x.gather(0, index)),
    "take": lambda: on_matrix(lambda x, index: x.take(index)),
    "index_add": lambda: on_matrix(lambda x, index: torch.zeros_like(x).index_add_(0, index[0], x)),
    "index_fill": lambda: on_matrix(lambda x, index: x.index_fill(0, index[0], 1)),
    "index_put": lambda: on_matrix(lambda x, index: torch.zeros_like(x).index_put_([index[0]], x, True)),
    "masked_select": lambda: on_matrix(lambda x, index: x.masked_select(x > 0.5)),
    "nonzero": lambda: on_matrix(lambda x, index: (x > 0.5).nonzero()),
    "sort": lambda: on_matrix(lambda x, index: x.sort()),
    "argsort.dim0": lambda: on_matrix(lambda x, index: x.argsort(0)),
    "topk": lambda: on_matrix(lambda x, index: x.topk(10)),
    "median": lambda: on_matrix(lambda x, index: x.median(1)),
    "mode": lambda: on_matrix(lambda x, index: index.mode(1)),
    "cat": lambda: on_matrix(lambda x, index: torch.cat([x, x], 1)),
    "flip": lambda: on_matrix(lambda x, index: x.flip([1])),
    "tril": lambda: on_matrix(lambda x, index: x.tril()),
    "softmax": lambda: on_matrix(lambda x, index: x.softmax(-1)),
    "softmax.dim0": lambda: on_matrix(lambda x, index: x.softmax(0)),
    "unique": lambda: on_matrix(lambda x, index: index.unique()),
    "bincount": lambda: on_matrix(lambda x, index: index.view(-1).bincount()),
    "layer_norm": lambda: on_matrix(lambda x, index: F.layer_norm(x, [1000])),
    "searchsorted": searchsorted,
    "embedding": embedding,
    "cross_entropy": cross_entropy,
    "einsum": einsum,
    **LAYERS,
}


def median(times):
    times.sort()
    return times[len(times) // 2]


def timed(f):
    """Seconds a call: medians of batches long enough for the clock, within the budget."""
    f()
    start = time.perf_counter()
    f()
    once = max(time.perf_counter() - start, 1e-9)
    batch = max(1, int(0.002 / once))
    for _ in range(min(batch, 20000)):
        f()
    samples, begin = [], time.perf_counter()
    while len(samples) < 5 or time.perf_counter() - begin < BUDGET:
        start = time.perf_counter()
        for _ in range(batch):
            f()
        samples.append((time.perf_counter() - start) / batch)
        if len(samples) >= 500 or time.perf_counter() - begin > 4 * BUDGET and len(samples) >= 3:
            break
    return median(samples)


torch.set_num_threads(int(sys.argv[1]))
for name in sys.argv[2:]:
    if name in WORKLOADS:
        print(json.dumps({"id": name, "seconds": timed(WORKLOADS[name]())}), flush=True)
