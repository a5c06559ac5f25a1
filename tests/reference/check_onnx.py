#!/usr/bin/env python3
"""Opens decoders that the engine exported as ONNX, and compares what ONNX Runtime decodes with them.

    python3 tests/reference/check_onnx.py FOLDER

FOLDER is what `cargo run --features cpu --example exchange -- write FOLDER` left. Each NAME.onnx has to pass ONNX's own
checker, with its shapes inferred; its metadata have to say the model of NAME.json; it is run with one point, with those of
NAME.json, and with many, and its decodings are compared with the engine's there. Fails with a message when anything is
farther apart than TOLERANCE.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5
MANY = 300


def shapes(values):
    return {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}


def check(path):
    told = json.loads(path.with_suffix(".json").read_text())
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    said = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert said == {"latentscape.model": json.loads(told["model"])}, said
    assert shapes(model.graph.input) == {"z": ["n", told["latent"]]}, shapes(model.graph.input)
    # What is declared is what ONNX infers from the operators alone.
    declared = shapes(model.graph.output)["x"]
    bare = onnx.ModelProto.FromString(model.SerializeToString())
    bare.graph.output[0].type.tensor_type.ClearField("shape")
    inferred = shapes(onnx.shape_inference.infer_shapes(bare, strict_mode=True).graph.output)["x"]
    assert declared[0] == "n" and inferred == declared, (declared, inferred)
    z = np.array(told["z"], dtype=np.float32).reshape(-1, told["latent"])
    engine = np.array(told["decoded"], dtype=np.float32).reshape(len(z), told["width"])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    apart = 0.0
    for points in (z[:1], z, np.resize(z, (MANY, told["latent"]))):
        (decoded,) = session.run(["x"], {"z": points})
        assert list(decoded.shape) == [len(points), *declared[1:]], decoded.shape
        expected = np.resize(engine, (len(points), told["width"]))
        apart = max(apart, float(np.abs(decoded.reshape(expected.shape) - expected).max()))
    if not apart <= TOLERANCE * max(1.0, float(np.abs(engine).max())):
        raise SystemExit(f"{path.stem}: decodings are {apart} apart")
    if engine.std() < 1e-3:
        raise SystemExit(f"{path.stem}: its decodings are all alike, which shows nothing")
    return declared, apart


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    paths = sorted(Path(arguments.parse_args().folder).glob("*.onnx"))
    if not paths:
        raise SystemExit("no decoder there: run the example first")
    for path in paths:
        declared, apart = check(path)
        print(path.stem, declared, f"decodings {apart:.1e} apart")


if __name__ == "__main__":
    main()
