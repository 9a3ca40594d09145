"""Part V: torchvision's transforms, on images and tensors."""
import zlib

import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import transforms
from torchvision.transforms import functional as F

import codec

MODES = {mode.value: mode for mode in transforms.InterpolationMode}


def image(mode, height=12, width=15, seed=0):
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[mode]
    draw = np.random.default_rng(seed + channels)
    # Smooth colours with noise: all of 0 to 255, and flat places.
    base = np.add.outer(np.linspace(0, 200, height), np.linspace(-40, 90, width))[..., None]
    data = np.clip(base + draw.normal(0, 40, (height, width, channels)), 0, 255).astype(np.uint8)
    return Image.fromarray(data[..., 0] if channels == 1 else data, mode)


def encode(value):
    if isinstance(value, Image.Image):
        data = np.asarray(value)
        height, width = data.shape[:2]
        channels = 1 if data.ndim == 2 else data.shape[2]
        return {"image": value.mode, "dtype": "uint8", "shape": [height, width, channels], "data": data.reshape(-1).tolist()}
    if isinstance(value, (list, tuple)):
        return [encode(v) for v in value]
    if isinstance(value, dict):
        return {"dict": [[k, encode(v)] for k, v in value.items()]}
    if isinstance(value, transforms.InterpolationMode):
        return value.value
    if isinstance(value, transforms.AutoAugmentPolicy):
        return value.value
    return codec.encode(value)


def inputs(names):
    """Pictures by name, fresh."""
    tensors = {
        "uint8": lambda: F.pil_to_tensor(image("RGB")).contiguous(),
        "grey8": lambda: F.pil_to_tensor(image("L")).contiguous(),
        "float": lambda: F.to_tensor(image("RGB")),
        "batch": lambda: torch.stack([F.to_tensor(image("RGB", seed=s)) for s in (1, 2)]),
        "bytes": lambda: torch.stack([F.pil_to_tensor(image("RGB", seed=s)) for s in (3, 4)]),
    }
    for name in names.split():
        yield name, tensors[name]() if name in tensors else image(name)


ALL = "RGB L RGBA uint8 float batch"
COLOUR = "RGB L uint8 grey8 float batch"
BYTES = "RGB L uint8 grey8 bytes"
M = transforms.InterpolationMode


def functions():
    """(name, pictures, arguments after the picture, keywords)."""
    for mode in (M.NEAREST, M.BILINEAR, M.BICUBIC):
        yield "resize", ALL, ([7, 9],), {"interpolation": mode}
        yield "resize", "RGB uint8 float", ([23, 19],), {"interpolation": mode}
    for mode in (M.BOX, M.HAMMING, M.LANCZOS):
        yield "resize", "RGB L RGBA", ([7, 9],), {"interpolation": mode}
        yield "resize", "RGB", ([20, 31],), {"interpolation": mode}
    for mode in (M.BILINEAR, M.BICUBIC):
        yield "resize", "uint8 float batch", ([5, 6],), {"interpolation": mode, "antialias": True}
    yield "resize", "RGB float", (8,), {}
    yield "resize", "RGB float", (8,), {"max_size": 9}
    yield "resize", "RGB", ([3, 40],), {}
    for size in (6, [5, 8], [20, 11], [20, 30]):
        yield "center_crop", "RGB L float bytes", (size,), {}
    for box in ((2, 3, 5, 6), (-2, 4, 8, 20), (6, -3, 10, 8)):
        yield "crop", "RGB L float bytes", box, {}
    yield "resized_crop", ALL, (1, 2, 8, 9, [6, 5]), {}
    yield "resized_crop", "RGB float", (0, 0, 12, 15, [24, 30]), {"interpolation": M.BICUBIC}
    for name in ("hflip", "vflip"):
        yield name, ALL, (), {}
    for padding in (2, [1, 3], [1, 2, 3, 4]):
        yield "pad", ALL, (padding,), {}
        for mode in ("edge", "reflect", "symmetric"):
            yield "pad", "RGB L uint8 batch", (padding,), {"padding_mode": mode}
    yield "pad", "RGB", (1,), {"fill": [10, 20, 30]}
    yield "pad", "L float", (1,), {"fill": 7}
    yield "five_crop", "RGB float", ([5, 6],), {}
    yield "ten_crop", "RGB float", ([5, 6],), {"vertical_flip": True}
    yield "ten_crop", "L", (4,), {}
    for factor in (0.0, 0.4, 1.0, 1.7):
        for name in ("adjust_brightness", "adjust_contrast", "adjust_saturation", "adjust_sharpness"):
            yield name, COLOUR, (factor,), {}
        yield "adjust_gamma", COLOUR, (factor + 0.1,), {"gain": 1.2}
    yield "adjust_brightness", "RGBA", (0.3,), {}
    for factor in (-0.5, -0.1, 0.25, 0.5):
        yield "adjust_hue", COLOUR, (factor,), {}
    for channels in (1, 3):
        yield "rgb_to_grayscale", COLOUR, (channels,), {}
        yield "to_grayscale", "RGB L RGBA", (channels,), {}
    for kernel, sigma in ((3, None), ([5, 3], [0.8, 1.6]), (7, 2.0)):
        yield "gaussian_blur", COLOUR, (kernel,), {"sigma": sigma}
    yield "invert", "RGB L uint8 float", (), {}
    for bits in (1, 4, 8):
        yield "posterize", BYTES, (bits,), {}
    for threshold in (0, 100, 255):
        yield "solarize", BYTES, (threshold,), {}
    yield "solarize", "float", (0.5,), {}
    yield "autocontrast", COLOUR, (), {}
    yield "equalize", BYTES, (), {}
    for angle in (0, 30, 90, 180, 270, -75.5):
        yield "rotate", "RGB L uint8 float", (angle,), {}
        yield "rotate", "RGB L uint8 float", (angle,), {"interpolation": M.BILINEAR, "expand": True}
    yield "rotate", "RGB RGBA", (20,), {"interpolation": M.BICUBIC}
    yield "rotate", "RGB L batch", (20,), {"center": [2, 3], "fill": 50}
    yield "rotate", "RGB", (20,), {"fill": [1, 2, 3]}
    yield "rotate", "float", (20,), {"fill": [0.1, 0.2, 0.3]}
    for mode in (M.NEAREST, M.BILINEAR):
        yield "affine", ALL, (25.0, [2, -1], 1.2, [10.0, 5.0]), {"interpolation": mode}
        yield "affine", "RGB L float", (0.0, [3, 2], 1.0, [0.0, 0.0]), {"interpolation": mode, "fill": 9}
        yield "affine", "RGB float", (-40.0, [0, 0], 0.7, 12.0), {"interpolation": mode, "center": [1, 2]}
        corners = ([[0, 0], [14, 0], [14, 11], [0, 11]], [[2, 1], [13, 0], [12, 10], [1, 9]])
        yield "perspective", ALL, corners, {"interpolation": mode}
        yield "perspective", "RGB float", corners, {"interpolation": mode, "fill": [5, 6, 7]}
    yield "affine", "RGB", (25.0, [2, -1], 1.2, [10.0, 5.0]), {"interpolation": M.BICUBIC}
    yield "perspective", "RGB L", corners, {"interpolation": M.BICUBIC}
    yield "to_tensor", "RGB L RGBA LA", (), {}
    yield "pil_to_tensor", "RGB L RGBA LA", (), {}
    yield "to_pil_image", "uint8 grey8 float", (), {}
    yield "normalize", "float batch", ([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]), {}
    for dtype in (torch.float32, torch.float64, torch.int16, torch.int32, torch.uint8):
        yield "convert_image_dtype", "uint8", (dtype,), {}
        if dtype != torch.int32:
            yield "convert_image_dtype", "float", (dtype,), {}
    yield "erase", "float batch", (2, 3, 4, 5, torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1)), {}
    yield "get_dimensions", "RGB L float", (), {}
    yield "get_image_size", "RGB float", (), {}


def classes():
    """(class, pictures, arguments, keywords)."""
    yield "Resize", "RGB float", (8,), {}
    yield "Resize", "RGB", ((6, 7),), {"interpolation": M.BICUBIC, "antialias": True}
    yield "CenterCrop", "RGB float", (8,), {}
    yield "Pad", "RGB float", (2,), {"padding_mode": "reflect"}
    yield "Pad", "RGB", ((1, 2),), {"fill": 3}
    yield "RandomCrop", ALL, (8,), {}
    yield "RandomCrop", "RGB float", ((10, 9),), {"padding": 4}
    yield "RandomCrop", "RGB float", ((20, 22),), {"pad_if_needed": True, "padding_mode": "edge"}
    yield "RandomHorizontalFlip", ALL, (), {}
    yield "RandomVerticalFlip", ALL, (), {"p": 0.7}
    yield "RandomResizedCrop", ALL, (6,), {}
    yield "RandomResizedCrop", "RGB float", ((8, 5),), {"scale": (0.5, 0.9), "ratio": (0.9, 1.1), "interpolation": M.NEAREST}
    yield "RandomResizedCrop", "float", (6,), {"antialias": True}
    yield "FiveCrop", "RGB float", (5,), {}
    yield "TenCrop", "RGB float", (5,), {"vertical_flip": True}
    yield "ColorJitter", COLOUR, (0.4, 0.3, 0.2, 0.1), {}
    yield "ColorJitter", "RGB float", (), {"brightness": (0.5, 0.9), "hue": (-0.2, 0.3)}
    yield "Grayscale", "RGB float", (), {}
    yield "Grayscale", "RGB float", (3,), {}
    yield "RandomGrayscale", "RGB L float", (), {"p": 0.6}
    yield "GaussianBlur", COLOUR, (3,), {}
    yield "GaussianBlur", "RGB float", ((5, 3),), {"sigma": (0.5, 1.5)}
    yield "GaussianBlur", "float", (5,), {"sigma": 1.5}
    yield "RandomRotation", "RGB L uint8 float", (40,), {}
    yield "RandomRotation", "RGB float", ((10, 80),), {"interpolation": M.BILINEAR, "expand": True, "fill": 4}
    yield "RandomAffine", "RGB L uint8 float", (30,), {"translate": (0.2, 0.1), "scale": (0.7, 1.3), "shear": 10}
    yield "RandomAffine", "RGB float", (0,), {"shear": (-5, 5, -8, 8), "interpolation": M.BILINEAR, "fill": 2}
    yield "RandomPerspective", "RGB L uint8 float", (), {"p": 0.9}
    yield "RandomPerspective", "RGB float", (0.3,), {"p": 0.9, "interpolation": M.NEAREST, "fill": 1}
    yield "RandomErasing", "float batch", (), {"p": 0.9}
    yield "RandomErasing", "float", (), {"p": 0.9, "value": "random"}
    yield "RandomErasing", "float", (), {"p": 0.9, "value": (0.1, 0.2, 0.3), "scale": (0.1, 0.5), "ratio": (0.5, 2.5)}
    for name in ("RandomInvert", "RandomAutocontrast"):
        yield name, "RGB L uint8 float", (), {}
    yield "RandomEqualize", BYTES, (), {}
    yield "RandomPosterize", BYTES, (3,), {}
    yield "RandomSolarize", BYTES, (120,), {}
    yield "RandomAdjustSharpness", COLOUR, (1.8,), {}
    yield "ToTensor", "RGB L RGBA", (), {}
    yield "PILToTensor", "RGB L", (), {}
    yield "ToPILImage", "uint8 float", (), {}
    yield "ConvertImageDtype", "uint8", (torch.float32,), {}
    yield "Normalize", "float", ((0.5, 0.4, 0.3), (0.2, 0.25, 0.3)), {}
    for policy in transforms.AutoAugmentPolicy:
        yield "AutoAugment", "RGB uint8", (policy,), {}
    yield "AutoAugment", "RGB L uint8", (), {"interpolation": M.BILINEAR, "fill": 8}
    yield "RandAugment", "RGB L uint8", (), {}
    yield "RandAugment", "RGB uint8", (), {"num_ops": 3, "magnitude": 20, "interpolation": M.BILINEAR, "fill": 5}
    yield "TrivialAugmentWide", "RGB L uint8", (), {}


RANDOM = ("Random", "ColorJitter", "GaussianBlur", "AutoAugment", "TrivialAugment", "RandAugment")
# Their texts print floats that were given as whole numbers, or have no closing bracket.
WITHOUT_TEXT = ("ConvertImageDtype",)


def cases():
    for i, (name, pictures, args, kwargs) in enumerate(functions()):
        for kind, picture in inputs(pictures):
            call = {"id": f"{name}-{i}-{kind}", "path": f"torchvision.transforms.functional.{name}",
                    "args": [encode(picture), *map(encode, args)], "kwargs": {k: encode(v) for k, v in kwargs.items()}}
            yield {**call, "output": encode(getattr(F, name)(picture, *args, **kwargs))}
    for i, (name, pictures, args, kwargs) in enumerate(classes()):
        transform = getattr(transforms, name)(*args, **kwargs)
        for kind, picture in inputs(pictures):
            for seed in ((1, 2, 3, 4) if name.startswith(RANDOM) else (1,)):
                call = {"id": f"{name}-{i}-{kind}-{seed}", "class": f"torchvision.transforms.{name}",
                        "args": [encode(a) for a in args], "kwargs": {k: encode(v) for k, v in kwargs.items()},
                        "seed": seed, "input": [encode(picture)]}
                torch.manual_seed(seed)
                call["output"] = encode(transform(picture))
                if seed == 1 and name not in WITHOUT_TEXT:
                    call["text"] = repr(transform)
                yield call
