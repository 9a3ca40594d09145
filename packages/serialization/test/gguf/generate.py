"""Writes blocks.json: random blocks of every quantized type and what gguf-py (pip install gguf) makes of them."""
import base64
import json
import pathlib

import gguf
import numpy as np

rng = np.random.default_rng(0)
cases = {}
for name in ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]:
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (2, size), dtype=np.uint8)
    # Scales and minima are ordinary numbers, which random bits are not always.
    where = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}.get(name, [0])
    for at in where:
        blocks[:, at : at + 2] = rng.normal(size=2).astype(np.float16).view(np.uint8).reshape(2, 2)
    values = gguf.quants.dequantize(blocks, kind).astype(np.float32)
    assert values.shape == (2, elements) and np.isfinite(values).all()
    cases[name] = {
        "type": int(kind),
        "blocks": base64.b64encode(blocks.tobytes()).decode(),
        "values": base64.b64encode(values.tobytes()).decode(),
    }
pathlib.Path(__file__).with_name("blocks.json").write_text(json.dumps(cases, indent=1) + "\n")

writer = gguf.GGUFWriter(pathlib.Path(__file__).with_name("small.gguf"), "llama")
writer.add_name("small")
writer.add_context_length(2048)
writer.add_float32("test.float", 0.5)
writer.add_bool("test.bool", True)
writer.add_uint64("test.big", 2**63 + 1)
writer.add_array("test.ints", [1, -2, 3])
writer.add_token_list(["<s>", "grüße", "你"])
writer.add_tensor("embed.weight", np.arange(12, dtype=np.float32).reshape(3, 4))
writer.add_tensor("half.weight", np.array([[1.5, -2.0]], dtype=np.float16))
writer.add_tensor("long", np.array([2**40, -1], dtype=np.int64))
writer.add_tensor("quantized", gguf.quants.quantize(np.linspace(-1, 1, 64, dtype=np.float32).reshape(2, 32), gguf.GGMLQuantizationType.Q8_0), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
