"""Part V: torchvision's classification models: names and shapes, initial weights, outputs in evaluation."""
import hashlib
import math

import torch
import torchvision

import codec
from opcases import deviation

LARGEST = 12.5e6  # parameters
LARGER = {"resnet50", "swin_t", "swin_v2_t", "convnext_tiny"}  # the smallest of their kind
SIZES = {"alexnet": 64, "inception_v3": 75, "densenet": 33, "vit_b_32": 224, "vit": 64}


def fill(state):
    """The seeded initial weights stay; what starts constant, or has one dimension, gets a pattern."""
    for k, (name, tensor) in enumerate(state.items()):
        if not tensor.is_floating_point() or tensor.numel() == 0 or "relative_coords" in name:
            continue
        if tensor.ndim > 1 and not bool((tensor == tensor.reshape(-1)[0]).all()):
            continue
        i = torch.arange(tensor.numel(), dtype=torch.float64)
        pattern = 0.1 * torch.cos(0.7 * i + k)
        scale = name.endswith(("running_var", "layer_scale")) or (name.endswith("weight") and tensor.ndim == 1)
        tensor.copy_((pattern + (1 if scale else 0)).reshape(tensor.shape))


def fingerprint(state):
    text = "".join(f"{name} {list(t.shape)}\n".replace(" ", "") for name, t in state.items())
    return hashlib.sha256(text.encode()).hexdigest()


def options_of(name):
    size = next((s for prefix, s in SIZES.items() if name.startswith(prefix)), 32)
    kwargs = {"num_classes": 10}
    if name.startswith("vit"):
        size = 28 if name == "vit_h_14" else 64
        kwargs["image_size"] = size
    if name in ("googlenet", "inception_v3"):
        kwargs["init_weights"] = True
    return kwargs, [2, 3, size, size]


def case(name):
    kwargs, shape = options_of(name)
    torch.manual_seed(1)
    model = torchvision.models.get_model(name, **kwargs)
    state = model.state_dict()
    parameters = list(model.named_parameters())
    step = max(1, len(parameters) // 6)
    initial = [[n, [float(f"{v:.9g}") for v in (p.double().sum().item(), p.double().abs().sum().item())]]
               for n, p in parameters[::step]]
    after = torch.rand(1).item()
    with torch.no_grad():
        fill(state)
        model.eval()
        torch.manual_seed(2)
        x = torch.rand(shape)
        out = model(x)
        high = model.double()(x.double())
    noise = deviation([out], [high])
    found = {"id": name, "kwargs": kwargs, "input": shape, "tensors": len(state), "names": fingerprint(state),
             "parameters": sum(p.numel() for _, p in parameters), "initial": initial, "next_random": after,
             "output": codec.encode(out)}
    if noise > 0.3:
        found["noise"] = float(f"{noise:.2g}")
    return found


def cases(largest=LARGEST):
    names = torchvision.models.list_models(torchvision.models)
    for name in names:
        weights = torchvision.models.get_model_weights(name)
        if name.startswith("maxvit") or (weights.DEFAULT.meta["num_params"] > largest and name not in LARGER):
            continue
        yield case(name)
