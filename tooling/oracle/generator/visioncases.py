"""Part V: torchvision 0.14. The same cases in every part; it needs torchvision and Pillow."""
import codec
import visionmodels
import visionops
import visiontransforms
import visionutils


def generate(out, part, seed, salt):
    models = list(visionmodels.cases())
    units = {
        # Two units, which run beside each other.
        "models-1": models[0::2], "models-2": models[1::2],
        "transforms": list(visiontransforms.cases()), "ops": list(visionops.cases()), "utils": list(visionutils.cases()),
    }
    for name, cases in units.items():
        codec.write_json(out / "vision" / f"{name}.json.gz", cases)
    return {"totals": {name: len(cases) for name, cases in units.items()}}
