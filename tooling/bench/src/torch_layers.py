"""Parts of networks in PyTorch, forward and backward: the workloads of src/workloads/layers.ts."""
import torch
from torch import nn
from torch.nn import functional as F


def step(shape, count, f):
    inputs = [torch.rand(shape, requires_grad=True) for _ in range(count)]
    grad = f(*inputs).detach()
    return lambda: torch.autograd.grad(f(*inputs), inputs, grad)


def targeted(f):
    x, target = torch.rand(1000, 1000, requires_grad=True), torch.rand(1000, 1000)
    return lambda: torch.autograd.grad(f(x, target), x)


def masked():
    hidden = torch.ones(1000, 1000).triu(1) * -95
    return lambda: hidden.softmax(-1)


def norm(shape, channels, f):
    x, grad = torch.rand(shape, requires_grad=True), torch.rand(shape)
    w, b = torch.rand(channels, requires_grad=True), torch.rand(channels, requires_grad=True)
    return lambda: torch.autograd.grad(f(x, w, b), [x, w, b], grad)


def embedding_bag():
    weight, index = torch.rand(10_000, 256, requires_grad=True), torch.randint(0, 10_000, [128, 32])
    return lambda: torch.autograd.grad(F.embedding_bag(index, weight).sum(), weight)


def lstm_cell():
    cell = nn.LSTMCell(200, 200)
    x, h, c = torch.rand(32, 200), torch.rand(32, 200), torch.rand(32, 200)
    parameters = list(cell.parameters())
    return lambda: torch.autograd.grad(cell(x, (h, c))[0].sum(), parameters)


def attention():
    q, k, v = (torch.rand(8, 4, 128, 64, requires_grad=True) for _ in range(3))

    def run():
        weights = (q @ k.transpose(-2, -1) * 64**-0.5).softmax(-1)
        return torch.autograd.grad((weights @ v).sum(), [q, k, v])

    return run


LAYERS = {
    "gelu.step": lambda: step([1000, 1000], 1, F.gelu),
    "softmax.step": lambda: step([1000, 1000], 1, lambda x: x.softmax(-1)),
    "log_softmax.step": lambda: step([1000, 1000], 1, lambda x: x.log_softmax(-1)),
    "log_softmax.dim1.step": lambda: step([64, 100, 150], 1, lambda x: x.log_softmax(1)),
    "softmax.masked": masked,
    "layer_norm.step": lambda: norm([1000, 1000], 1000, lambda x, w, b: F.layer_norm(x, [1000], w, b)),
    "group_norm.step": lambda: norm([16, 64, 32, 32], 64, lambda x, w, b: F.group_norm(x, 8, w, b)),
    "batch_norm.step": lambda: norm(
        [16, 64, 32, 32], 64, lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)
    ),
    "mse_loss.step": lambda: targeted(F.mse_loss),
    "smooth_l1_loss.step": lambda: targeted(F.smooth_l1_loss),
    "bce_with_logits.step": lambda: targeted(F.binary_cross_entropy_with_logits),
    "embedding_bag.step": embedding_bag,
    "lstm_cell.step": lstm_cell,
    "attention.step": attention,
}
