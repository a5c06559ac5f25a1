"""Writes the golden numbers that the models of the crate are tested against: one small JSON file a model beside this script.

    python3 -m pip install torch numpy safetensors
    python3 tests/reference/golden.py [MODEL ...]

Nothing is drawn from a library's generator, so that any implementation can make the same inputs. u_s(n) is number n,
counted from 0, of the mulberry32 stream with seed s, divided by 2³².

Models (latent 2, ReLU inside, Bernoulli likelihood on logits):
- `mlp`       784-512-256-2 and back        `tiny-mlp`   784-16-8-2 and back
- `conv`      channels 32, 64, hidden 128   `tiny-conv`  channels 4, 8, hidden 16

Parameters are counted from 0, weight before bias, biases counted too though they are zero:
- mlp:  e1 0 1, e2 2 3, mu 4 5, lv 6 7, d1 8 9, d2 10 11, d3 12 13
- conv: c1 0 1, c2 2 3, e1 4 5, mu 6 7, lv 8 9, d1 10 11, d2 12 13, t1 14 15, t2 16 17
Weight i is (2·u_{1000+i}(n) − 1)/√fan_in over its entries n, row by row. Layouts: dense [in, out], convolution
[out, in, 3, 3], transposed convolution [in, out, 4, 4]; a picture of channels is flattened in the order C, H, W. fan_in
is `in` of a dense layer, in·9 of a convolution, in·16 of a transposed one (its first axis).
This numbering is the one that gives the published checksums of the reference work, Σ y_j·((j mod 7) + 1) = 1568.132 and
1567.963 for the decode y of z = (0.3, −0.7); the script asserts them and the published first losses.

Pictures: x[i, p] = u_8(i·784 + p)·u_7(p). Noise: ε[i, k] = 2·u_9(i·2 + k) − 1. Batch 8 for the tiny models, 128 for the
others. Weights, pictures and noise are rounded to float32 first and then widened, so that float32 and float64 start
from the same numbers; every number in a file is computed in float64 but those under "float32".

The loss is the mean over the batch of reconstruction + KL, in nats a picture: binary cross-entropy summed over the
pixels, and −½ Σ (1 + log σ² − μ² − σ²). Adam (Kingma and Ba 2015) in PyTorch's form, θ ← θ − lr·m̂/(√v̂ + eps), lr 1e-3,
β₁ 0.9, β₂ 0.999, eps 1e-8. A loss curve has the loss before each step, always on the same batch with the same ε.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
PIXELS = 784
LATENT = 2
FIRST_SEED = 1000
INNER_SIDE = 7
SAMPLES = 5

MODELS = {
    "tiny-mlp": {"net": {"mlp": {"hidden": [16, 8]}}, "batch": 8, "steps": 50},
    "tiny-conv": {"net": {"conv": {"channels": [4, 8], "hidden": 16}}, "batch": 8, "steps": 50},
    "mlp": {"net": {"mlp": {"hidden": [512, 256]}}, "batch": 128, "steps": 20,
            "published": {"checksum": 1568.132, "loss": 544.67, "within": 0.5}},
    "conv": {"net": {"conv": {"channels": [32, 64], "hidden": 128}}, "batch": 128, "steps": 20,
             "published": {"checksum": 1567.963, "loss": 543.4, "within": 0.05}},
}


def stream(seed, count):
    """u_seed(0..count) of mulberry32, float64 in [0, 1). Its state after n calls is seed + n·0x6D2B79F5, so all at once."""
    a = (np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x6D2B79F5)).astype(np.uint32)
    t = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
    t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
    return (t ^ (t >> np.uint32(14))) / 2.0**32


def float32(values):
    return torch.from_numpy(np.asarray(values).astype(np.float32))


def layers(net):
    """Name, shape of the weight, fan_in and length of the bias of each layer, in the order of the numbering."""
    dense = lambda name, a, b: (name, (a, b), a, b)
    if "mlp" in net:
        hidden = net["mlp"]["hidden"]
        inwards, outwards = [PIXELS, *hidden], [LATENT, *reversed(hidden), PIXELS]
        encoder = [dense(f"e{i + 1}", *ab) for i, ab in enumerate(zip(inwards, inwards[1:]))]
        decoder = [dense(f"d{i + 1}", *ab) for i, ab in enumerate(zip(outwards, outwards[1:]))]
    else:
        (c1, c2), inwards = net["conv"]["channels"], [net["conv"]["hidden"]]
        flat, hidden = c2 * INNER_SIDE**2, inwards[0]
        encoder = [("c1", (c1, 1, 3, 3), 9, c1), ("c2", (c2, c1, 3, 3), c1 * 9, c2), dense("e1", flat, hidden)]
        decoder = [dense("d1", LATENT, hidden), dense("d2", hidden, flat),
                   ("t1", (c2, c1, 4, 4), c2 * 16, c1), ("t2", (c1, 1, 4, 4), c1 * 16, 1)]
    return [*encoder, dense("mu", inwards[-1], LATENT), dense("lv", inwards[-1], LATENT), *decoder]


def weights(net):
    """The reference weights by name ("e1.weight", "e1.bias", …), float32, in the order of the numbering."""
    made = {}
    for name, shape, fan_in, outputs in layers(net):
        values = (2 * stream(FIRST_SEED + len(made), math.prod(shape)) - 1) / math.sqrt(fan_in)
        made[f"{name}.weight"] = float32(values.reshape(shape))
        made[f"{name}.bias"] = torch.zeros(outputs)
    return made


def batch(count):
    """Pictures [count, 784] and noise [count, LATENT], float32."""
    x = stream(8, count * PIXELS).reshape(count, PIXELS) * stream(7, PIXELS)
    return float32(x), float32(2 * stream(9, count * LATENT).reshape(count, LATENT) - 1)


def dense(w, name, x):
    return x @ w[f"{name}.weight"] + w[f"{name}.bias"]


def encode(net, w, x):
    """[n, 784] → μ and log σ², [n, LATENT] each."""
    if "mlp" in net:
        for i in range(len(net["mlp"]["hidden"])):
            x = F.relu(dense(w, f"e{i + 1}", x))
    else:
        x = x.reshape(-1, 1, 28, 28)
        for name in ("c1", "c2"):
            x = F.relu(F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], stride=2, padding=1))
        x = F.relu(dense(w, "e1", x.flatten(1)))
    return dense(w, "mu", x), dense(w, "lv", x)


def decode(net, w, z):
    """[n, LATENT] → logits, [n, 784]."""
    if "mlp" in net:
        last = len(net["mlp"]["hidden"]) + 1
        for i in range(1, last):
            z = F.relu(dense(w, f"d{i}", z))
        return dense(w, f"d{last}", z)
    x = F.relu(dense(w, "d2", F.relu(dense(w, "d1", z))))
    x = x.reshape(len(z), -1, INNER_SIDE, INNER_SIDE)
    x = F.relu(F.conv_transpose2d(x, w["t1.weight"], w["t1.bias"], stride=2, padding=1))
    return F.conv_transpose2d(x, w["t2.weight"], w["t2.bias"], stride=2, padding=1).flatten(1)


def losses(net, w, x, eps):
    """Reconstruction and KL, means over the batch."""
    mu, log_var = encode(net, w, x)
    logits = decode(net, w, mu + (log_var / 2).exp() * eps)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    return reconstruction, -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(1).mean()


def sample_indices(gradient):
    """At most SAMPLES flat indices spread over a parameter, each moved on to the next entry with a gradient that is not
    lost in rounding: Adam's first step is ±lr by the sign alone, so that an entry near zero would say nothing."""
    flat = gradient.flatten().abs()
    good = torch.nonzero(flat > flat.max() * 1e-2).flatten().tolist()
    starts = [j * len(flat) // SAMPLES for j in range(SAMPLES)]
    return sorted({next((i for i in good if i >= start), good[-1]) for start in starts})


def described(values, indices):
    flat = values.detach().flatten()
    return {"sum": flat.sum().item(), "norm": flat.norm().item(), "samples": [[i, flat[i].item()] for i in indices]}


def parts(reconstruction, kl):
    return {"reconstruction": reconstruction.item(), "kl": kl.item(), "total": (reconstruction + kl).item()}


def run(model, dtype):
    """Every number of a model in one precision."""
    net = model["net"]
    w = {name: value.to(dtype).requires_grad_() for name, value in weights(net).items()}
    x, eps = (t.to(dtype) for t in batch(model["batch"]))
    with torch.no_grad():
        pixels = torch.sigmoid(decode(net, w, float32([[0.3, -0.7]]).to(dtype)))[0]
        mu, log_var = encode(net, w, x[:1])
    out = {
        "decode": {"z": [0.3, -0.7], "checksum": (pixels.double() * (torch.arange(PIXELS) % 7 + 1)).sum().item(),
                   "first_pixels": pixels[:8].tolist()},
        "encode_picture_0": {"mu": mu[0].tolist(), "log_var": log_var[0].tolist()},
    }
    adam = torch.optim.Adam(w.values(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    curve = []
    for step in range(model["steps"]):
        reconstruction, kl = losses(net, w, x, eps)
        adam.zero_grad()
        (reconstruction + kl).backward()
        if step == 0:
            out["loss"] = parts(reconstruction, kl)
            indices = {name: sample_indices(value.grad) for name, value in w.items()}
            out["gradients"] = {name: described(value.grad, indices[name]) for name, value in w.items()}
        adam.step()
        if step == 0:
            out["after_one_adam_step"] = {name: described(value, indices[name]) for name, value in w.items()}
        curve.append((reconstruction + kl).item())
    out["loss_curve"] = curve
    return out


def rounded(value):
    """Ten significant digits: beyond what float32 can be held to."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


def as_json(file):
    """One line a number block or parameter, so that a change can be read in a diff."""
    blocks = []
    for key, value in file.items():
        if isinstance(value, dict) and key in ("gradients", "after_one_adam_step"):
            lines = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            blocks.append(f" {json.dumps(key)}: {{\n  {lines}\n }}")
        else:
            blocks.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def check_against_published(model, checksum):
    """The published first loss was taken with standard normal noise, of one draw; so is the one compared here. (The ε of
    the golden files has variance 1/3, which lowers the loss of `mlp` by 0.8 nats.)"""
    published = model["published"]
    assert abs(checksum - published["checksum"]) < 1e-3, f"checksum {checksum}, published {published}"
    x, _ = batch(model["batch"])
    noise = torch.randn(model["batch"], LATENT, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        first = sum(losses(model["net"], weights(model["net"]), x, noise)).item()
    assert abs(first - published["loss"]) < published["within"], f"first loss {first}, published {published}"


def golden(name):
    model = MODELS[name]
    double, single = run(model, torch.float64), run(model, torch.float32)
    if "published" in model:
        check_against_published(model, double["decode"]["checksum"])
    return {
        "about": f"made by golden.py, which says what it holds; torch {torch.__version__}, numpy {np.__version__}",
        "model": {"net": model["net"], "latent": LATENT},
        "batch": model["batch"],
        **double,
        "float32": {key: single[key] for key in ("decode", "encode_picture_0", "loss", "loss_curve")},
    }


def main():
    torch.set_num_threads(1)
    for name in sys.argv[1:] or MODELS:
        file = rounded(golden(name))
        (HERE / f"{name}.json").write_text(as_json(file))
        print(name, f"checksum {file['decode']['checksum']:.4f}", file["loss"], f"last loss {file['loss_curve'][-1]:.4f}")


if __name__ == "__main__":
    main()
