"""Part V: torchvision.utils, and images through PNG."""
import torch
from torchvision import io, utils

from visiontransforms import encode


def functions():
    torch.manual_seed(1)
    for shape in ((5, 3, 4, 6), (4, 1, 5, 5), (1, 3, 4, 4), (3, 4, 5), (1, 4, 5), (4, 5)):
        yield "make_grid", (torch.rand(shape),), {}
    batch = torch.randn(7, 3, 4, 5)
    yield "make_grid", (batch,), {"nrow": 3, "padding": 1, "normalize": True}
    yield "make_grid", (batch,), {"nrow": 4, "normalize": True, "scale_each": True, "pad_value": 0.5}
    yield "make_grid", (batch,), {"normalize": True, "value_range": (-1, 1), "padding": 0}
    yield "make_grid", ([torch.rand(3, 4, 5) for _ in range(3)],), {"nrow": 2}
    image = (torch.rand(3, 20, 24) * 255).to(torch.uint8)
    grey = (torch.rand(1, 20, 24) * 255).to(torch.uint8)
    boxes = torch.tensor([[2.0, 3.0, 12.0, 15.0], [5.5, 1.2, 22.0, 18.9], [0.0, 0.0, 23.0, 19.0]])
    for width in (1, 2, 3):
        yield "draw_bounding_boxes", (image, boxes), {"width": width}
        yield "draw_bounding_boxes", (image, boxes), {"width": width, "fill": True, "colors": "red"}
    yield "draw_bounding_boxes", (grey, boxes), {"colors": ["#00ff00", (1, 2, 3), "blue"]}
    masks = torch.zeros(2, 20, 24, dtype=torch.bool)
    masks[0, 2:9, 3:15] = True
    masks[1, 6:18, 10:20] = True
    yield "draw_segmentation_masks", (image, masks), {}
    yield "draw_segmentation_masks", (image, masks), {"alpha": 0.3, "colors": ["red", (10, 200, 30)]}
    yield "draw_segmentation_masks", (image, masks[0]), {"alpha": 1.0, "colors": ["yellow"]}
    points = torch.tensor([[[5.0, 6.0], [20.0, 10.0], [0.0, 19.0]]])
    for radius in (0, 1, 2, 3, 5):
        yield "draw_keypoints", (image, points), {"radius": radius, "colors": "lime"}
    yield "draw_keypoints", (image, points), {"colors": (1, 2, 250)}
    yield "flow_to_image", (torch.randn(2, 9, 11),), {}
    yield "flow_to_image", (torch.randn(3, 2, 6, 7),), {}


def cases():
    for i, (name, args, kwargs) in enumerate(functions()):
        one = {"id": f"{name}-{i}", "path": f"torchvision.utils.{name}", "args": [encode(a) for a in args],
               "kwargs": {k: encode(v) for k, v in kwargs.items()}}
        yield {**one, "output": encode(getattr(utils, name)(*args, **kwargs))}
    torch.manual_seed(2)
    for channels in (1, 3):
        image = (torch.rand(channels, 7, 9) * 255).to(torch.uint8)
        data = io.encode_png(image)
        for mode in (io.ImageReadMode.UNCHANGED, io.ImageReadMode.GRAY, io.ImageReadMode.RGB, io.ImageReadMode.RGB_ALPHA):
            yield {"id": f"decode_png-{channels}-{mode.name}", "path": "torchvision.io.decode_png",
                   "args": [encode(data), mode.name], "output": encode(io.decode_png(data, mode))}
