"""Opens exported models in PyTorch with the very Python that the page prints, and writes some for the way back.

    cargo run --features cpu --example exchange -- write target/exchange
    python3 tests/reference/check_export.py target/exchange
    cargo run --features cpu --example exchange -- read target/exchange

Each NAME.py in the folder is run as it is, in that folder; then the decodings of its model are compared with the engine's in
NAME.json, and so are codes. A model of the same class with PyTorch's own fresh weights is written as
torch-NAME.safetensors with its decodings in torch-NAME.json; of every other one the layers are renumbered as those of an
nn.ModuleList would be. Fails with a message when anything is farther apart than TOLERANCE.
"""

import argparse
import contextlib
import io
import json
import os
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

TOLERANCE = 1e-5


def apart(name, what, ours, theirs):
    """The largest difference, and an end to it all if that is too large."""
    theirs = torch.tensor(theirs).reshape(ours.shape)
    found = (ours - theirs).abs().max().item()
    # Codes are not within 0..1.
    if not found <= TOLERANCE * max(1.0, theirs.abs().max().item()):
        raise SystemExit(f"{name}: {what} are {found} apart")
    return found


def run(path):
    """What the printed Python has named, after it has run without a word of ours."""
    scope = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(path.read_text(), path, "exec"), scope)
    assert printed.getvalue().startswith("tensor("), path
    return scope


def listed(state):
    """The same tensors, the layers of encoder and decoder counted without those that have no weights."""
    renamed, numbers = {}, {}
    for name, value in state.items():
        part, _, rest = name.partition(".")
        if part in ("encoder", "decoder"):
            number, _, of = rest.partition(".")
            count = numbers.setdefault(part, [])
            if number not in count:
                count.append(number)
            name = f"{part}.{count.index(number)}.{of}"
        renamed[name] = value.contiguous()
    return renamed


def check(path, told):
    scope = run(path)
    model = scope["model"]
    z = torch.tensor(told["z"]).reshape(-1, told["latent"])
    with torch.no_grad():
        decoded = model.decoder(z).reshape(len(z), -1)
        codes = model.encode(torch.tensor(told["x"]).reshape(-1, told["width"]))
    mu, log_var = codes if isinstance(codes, tuple) else (codes, None)
    found = {"decodings": apart(path.stem, "decodings", decoded, told["decoded"])}
    shown = scope.get("picture", scope.get("point"))
    apart(path.stem, "what is printed and the first decoding", shown.reshape(-1), told["decoded"][: told["width"]])
    found["codes"] = apart(path.stem, "codes", mu, told["mu"])
    if log_var is not None and told["log_var"]:
        found["log σ²"] = apart(path.stem, "log σ²", log_var, told["log_var"])
    return model, z, found


def write_back(path, model, z, told, renumbered):
    torch.manual_seed(len(path.stem))
    fresh = type(model)()
    with torch.no_grad():
        decoded = fresh.decoder(z)
    state = listed(fresh.state_dict()) if renumbered else fresh.state_dict()
    save_file(state, f"torch-{path.stem}.safetensors")
    told = {"model": told["model"], "z": told["z"], "decoded": decoded.flatten().tolist()}
    Path(f"torch-{path.stem}.json").write_text(json.dumps(told))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    os.chdir(arguments.parse_args().folder)
    torch.set_num_threads(1)
    paths = sorted(Path().glob("*.py"))
    if not paths:
        raise SystemExit("no model there: run the example first")
    for i, path in enumerate(paths):
        told = json.loads(path.with_suffix(".json").read_text())
        with safe_open(path.with_suffix(".safetensors"), framework="pt") as file:
            metadata = file.metadata()
        assert metadata == {"format": "pt", "latentscape.model": told["model"]}, metadata
        model, z, found = check(path, told)
        write_back(path, model, z, told, renumbered=i % 2 == 1)
        print(path.stem, ", ".join(f"{what} {difference:.1e} apart" for what, difference in found.items()))


if __name__ == "__main__":
    main()
