"""Opens a weights file of the page in PyTorch, as anyone who takes a model away would, and decodes z = (0.3, −0.7).

    python3 -m pip install torch numpy safetensors
    python3 tests/reference/check_safetensors.py pretrained/mnist-vae-2d/weights.safetensors

The file holds F16 (or F32) tensors named encoder.N, mu, log_var and decoder.N, each with .weight and .bias; dense weights
are [in, out], the transpose of nn.Linear's. Its metadata "spec" is the model's spec as JSON. Models of linear layers only.
Fails with a message when a tensor is missing, left over, of another shape or not finite.
"""

import argparse
import json

import torch
from safetensors import safe_open

from mlp_vae import PIXELS, MlpVae

Z = (0.3, -0.7)


def read(path):
    """The spec and the tensors of a file."""
    with safe_open(path, framework="pt") as file:
        spec = (file.metadata() or {}).get("spec")
        if spec is None:
            raise SystemExit(f"{path}: no spec in its metadata")
        return json.loads(spec), {name: file.get_tensor(name) for name in file.keys()}


def model_from(spec, tensors):
    """An MlpVae with these weights."""
    if "mlp" not in spec["net"]:
        raise SystemExit(f"not a model of linear layers: {spec['net']}")
    if not all(value.isfinite().all() for value in tensors.values()):
        raise SystemExit("a tensor holds a value that is not a finite number")
    model = MlpVae(spec["net"]["mlp"]["hidden"], spec["latent"])
    ours = {name: value.float().T if value.ndim == 2 else value.float() for name, value in tensors.items()}
    try:
        model.load_state_dict(ours)
    except RuntimeError as error:
        raise SystemExit(str(error)) from None
    return model


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path")
    spec, tensors = read(arguments.parse_args().path)
    model = model_from(spec, tensors)
    with torch.no_grad():
        pixels = torch.sigmoid(model.logits(torch.tensor([Z])))[0].double()
    print("spec", json.dumps(spec))
    for name, value in tensors.items():
        print(f"{name:20} {str(value.dtype).removeprefix('torch.'):8} {list(value.shape)}")
    print(f"decode of z = {Z}")
    print("checksum", f"{(pixels * (torch.arange(PIXELS) % 7 + 1)).sum():.4f}")
    print("first pixels", [round(p, 6) for p in pixels[:8].tolist()])
    centre = pixels.reshape(28, 28)[14, 10:18]
    print("row 14, columns 10 to 17", [round(p, 4) for p in centre.tolist()])


if __name__ == "__main__":
    main()
