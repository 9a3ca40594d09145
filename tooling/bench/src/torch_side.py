"""The workloads of src/workloads in PyTorch; prints {"id", "seconds"} lines. Usage: torch_side.py THREADS ID..."""
import json
import sys
import time

import torch
from torch import nn, optim
from torch.nn import functional as F

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
    params = [nn.Parameter(torch.rand(100_000)) for _ in range(10)]
    for p in params:
        p.grad = torch.rand(100_000)
    optimiser = optim.Adam(params, lr=1e-3)
    return optimiser.step


def elementwise(f):
    a, b = torch.rand(1_000_000), torch.rand(1_000_000)
    return lambda: f(a, b)


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
    "lstm": lstm,
    "optim.adam": adam,
    "ew.add": lambda: elementwise(lambda a, b: a + b),
    "ew.mul": lambda: elementwise(lambda a, b: a * b),
    "ew.exp": lambda: elementwise(lambda a, b: a.exp()),
    "ew.tanh": lambda: elementwise(lambda a, b: a.tanh()),
    "ew.sum": lambda: elementwise(lambda a, b: a.sum()),
    **{f"gemm.{n}": (lambda n=n: gemm(n)) for n in (64, 256, 512, 1024)},
    **{
        f"conv.{name}.{part}": (lambda name=name, part=part: convolution(name, part))
        for name in CONVOLUTIONS
        for part in ("fwd", "gx", "gw")
    },
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
