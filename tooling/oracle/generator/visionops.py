"""Part V: torchvision.ops, functions and layers."""
import torch
import torchvision
from torch import nn
from torchvision import ops

import codec
from visiontransforms import encode


def boxes(n, seed, size=20.0):
    torch.manual_seed(seed)
    corner = torch.rand(n, 2) * size
    return torch.cat([corner, corner + torch.rand(n, 2) * size * 0.6 + 0.5], 1)


def functions():
    a, b = boxes(5, 1), boxes(4, 2)
    for name in ("box_iou", "generalized_box_iou", "distance_box_iou", "complete_box_iou"):
        yield name, (a, b), {}
        yield name, (a.double(), b.double()), {}
        if not name.startswith(("distance", "complete")):
            yield name, (a.long(), b.long() + 1), {}
    for source in ("xyxy", "xywh", "cxcywh"):
        for to in ("xyxy", "xywh", "cxcywh"):
            yield "box_convert", (a, source, to), {}
    yield "box_convert", (a.long(), "xyxy", "cxcywh"), {}
    yield "box_area", (a,), {}
    yield "box_area", (a.to(torch.uint8),), {}
    yield "clip_boxes_to_image", (a, (10, 15)), {}
    yield "remove_small_boxes", (a, 5.0), {}
    masks = torch.zeros(3, 8, 9, dtype=torch.bool)
    masks[0, 2:5, 3:7] = masks[1, 7, 0] = masks[2, :, 4] = True
    yield "masks_to_boxes", (masks,), {}
    many = boxes(60, 3, 12.0)
    torch.manual_seed(4)
    scores = torch.rand(60)
    classes = torch.randint(0, 3, (60,))
    for threshold in (0.1, 0.3, 0.6):
        yield "nms", (many, scores, threshold), {}
        yield "nms", (many.double(), scores.double(), threshold), {}
        yield "batched_nms", (many, scores, classes, threshold), {}
    yield "nms", (many, torch.ones(60), 0.5), {}
    other = a + 1.5
    for name in ("generalized_box_iou_loss", "distance_box_iou_loss", "complete_box_iou_loss"):
        for reduction in ("none", "mean", "sum"):
            yield name, (a, other), {"reduction": reduction}
    torch.manual_seed(5)
    logits, targets = torch.randn(4, 6), torch.randint(0, 2, (4, 6)).float()
    for reduction in ("none", "mean", "sum"):
        yield "sigmoid_focal_loss", (logits, targets), {"reduction": reduction}
    yield "sigmoid_focal_loss", (logits, targets), {"alpha": -1.0, "gamma": 1.5}
    maps = torch.randn(2, 8, 10, 12)
    rois = torch.tensor([[0, 1.0, 2.0, 8.5, 7.25], [1, 0.0, 0.0, 11.0, 9.0], [1, 3.3, 1.1, 4.0, 1.4], [0, -2.0, 4.0, 20.0, 15.0]])
    per_image = [rois[[0, 3], 1:], rois[[1, 2], 1:]]
    for size in (3, (2, 4)):
        for scale in (1.0, 0.5):
            for ratio in (-1, 2):
                for aligned in (False, True):
                    yield "roi_align", (maps, rois, size, scale, ratio, aligned), {}
            yield "roi_pool", (maps, rois, size, scale), {}
    for ratio in (-1, 2):
        yield "ps_roi_align", (maps, rois, 2, 0.8, ratio), {}
    yield "ps_roi_align", (maps, per_image, (2, 4)), {}
    yield "ps_roi_pool", (maps, rois, 2, 0.8), {}
    yield "ps_roi_pool", (maps, rois, (1, 2), 1.0), {}
    yield "roi_align", (maps, per_image, 2), {"spatial_scale": 0.7}
    yield "roi_pool", (maps, per_image, 2), {"spatial_scale": 0.7}
    yield "roi_align", (maps, rois[:0], 2), {}
    image = torch.randn(2, 4, 6, 7)
    for groups, offset_groups, stride, padding, dilation in ((1, 1, 1, 0, 1), (2, 2, 2, 1, 1), (1, 4, 1, 2, 2)):
        weight = torch.randn(6, 4 // groups, 3, 2)
        height = (6 + 2 * padding - dilation * 2 - 1) // stride + 1
        width = (7 + 2 * padding - dilation - 1) // stride + 1
        offset = torch.randn(2, offset_groups * 2 * 6, height, width) * 1.5
        mask = torch.rand(2, offset_groups * 6, height, width)
        keywords = {"stride": stride, "padding": padding, "dilation": dilation}
        yield "deform_conv2d", (image, offset, weight), keywords
        yield "deform_conv2d", (image, offset, weight), {**keywords, "mask": mask, "bias": torch.randn(6)}
    for seed in range(3):
        yield "stochastic_depth", (logits, 0.4, "row"), {}
        yield "stochastic_depth", (maps, 0.3, "batch"), {}
        yield "drop_block2d", (maps, 0.2, 3), {}
        yield "drop_block3d", (maps.unsqueeze(0), 0.2, 3), {}
    yield "stochastic_depth", (logits, 0.4, "row"), {"training": False}


def layers():
    torch.manual_seed(6)
    x = torch.randn(2, 4, 8, 8)
    yield "Conv2dNormActivation", (4, 6), {}, (x,)
    yield "Conv2dNormActivation", (4, 6), {"kernel_size": [3, 5], "stride": 2, "dilation": 2, "norm_layer": None}, (x,)
    yield "Conv2dNormActivation", (4, 4), {"kernel_size": 1, "groups": 2, "activation_layer": None, "bias": True}, (x,)
    yield "Conv3dNormActivation", (4, 2), {"stride": 2}, (torch.randn(1, 4, 4, 5, 6),)
    yield "SqueezeExcitation", (4, 2), {}, (x,)
    yield "MLP", (5, [7, 3]), {"dropout": 0.25}, (torch.randn(2, 5),)
    yield "Permute", ([0, 2, 3, 1],), {}, (x,)
    yield "FrozenBatchNorm2d", (4,), {}, (x,)
    yield "StochasticDepth", (0.5, "row"), {}, (x,)
    yield "DropBlock2d", (0.3, 3), {}, (x,)
    yield "DropBlock3d", (0.2, 3), {}, (torch.randn(1, 4, 4, 5, 6),)
    yield "DeformConv2d", (4, 6, 3), {"padding": 1}, (x, torch.randn(2, 18, 8, 8), torch.rand(2, 9, 8, 8))
    rois = torch.tensor([[0, 1.0, 2.0, 6.5, 7.25], [1, 0.0, 0.0, 7.0, 6.0]])
    yield "RoIAlign", ((2, 3), 0.8, 2), {}, (x, rois)
    yield "RoIPool", ((2, 3), 0.8), {}, (x, rois)
    yield "PSRoIAlign", (2, 0.8, 2), {}, (x, rois)
    yield "PSRoIPool", (2, 0.8), {}, (x, rois)
    yield "FeaturePyramidNetwork", ([4, 6, 8], 5), {}, ({"a": x, "b": torch.randn(2, 6, 4, 4), "c": torch.randn(2, 8, 2, 2)},)


def cases():
    for i, (name, args, kwargs) in enumerate(functions()):
        seed = i + 1
        one = {"id": f"{name}-{i}", "path": f"torchvision.ops.{name}", "args": [encode(a) for a in args],
               "kwargs": {k: encode(v) for k, v in kwargs.items()}, "seed": seed}
        torch.manual_seed(seed)
        one["output"] = encode(getattr(ops, name)(*args, **kwargs))
        yield one
    for i, (name, args, kwargs, inputs) in enumerate(layers()):
        torch.manual_seed(100 + i)
        layer = getattr(ops, name)(*args, **kwargs)
        one = {"id": f"{name}-{i}", "class": f"torchvision.ops.{name}", "args": [encode(a) for a in args],
               "kwargs": {k: encode(v) for k, v in kwargs.items()}, "seed": 1}
        state = layer.state_dict()
        if state:
            one["state_dict"] = {k: codec.encode(v) for k, v in state.items()}
        one["input"] = [encode(v) for v in inputs]
        one["text"] = repr(layer)
        torch.manual_seed(1)
        one["output"] = encode(layer(*inputs))
        yield one
