"""Trains `mlp-vae-2` (784-512-256-2 and back) with PyTorch, as the yardstick for the weights in `pretrained/`.

    python3 -m pip install torch numpy safetensors
    python3 tests/reference/train_vae.py mnist
    python3 tests/reference/train_vae.py fashion
    python3 tests/reference/train_vae.py mnist --epochs 50 --cosine
    python3 tests/reference/train_vae.py fashion --epochs 50 --cosine

Pixels in 0..1, not binarised; batch 128, the last 96 pictures of each shuffled epoch left out (468 steps); Adam with
learning rate 1e-3, constant, or with --cosine by half a cosine over all steps to nothing; PyTorch's own initialisation;
seed 0; one thread. Results go in under the data set's name, those of a cosine under `mnist-cosine` and `fashion-cosine`.

What it reports, in nats a picture:
- at some epochs, over the 10,000 test pictures: reconstruction, KL and −ELBO, with ten draws of ε a picture;
- at the end, on the first 1000 test pictures: log p(x) by quadrature over the plane, and the importance-weighted bound
  of Burda, Grosse and Salakhutdinov (2016) with 1, 10 and 100 samples, each the mean over 1000 draws a picture (that is,
  over 1000, 100 and 10 estimates).
"""

import argparse
import gzip
import json
import math
import os
import struct
import time
from pathlib import Path

import numpy as np
import torch

from mlp_vae import PIXELS, MlpVae, kl, reconstruction

HERE = Path(__file__).resolve().parent
BATCH = 128
LEARNING_RATE = 1e-3
SEED = 0
REPORT_AT = (1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50)
TEST_DRAWS = 10
EXACT_PICTURES = 1000
IWAE_DRAWS = 1000


def read_idx_images(path):
    """An IDX file of unsigned bytes in three dimensions, gzipped → [n, 784] in 0..1."""
    raw = gzip.decompress(path.read_bytes())
    magic, count, rows, columns = struct.unpack(">4I", raw[:16])
    if magic != 0x803 or rows * columns != PIXELS or len(raw) != 16 + count * PIXELS:
        raise SystemExit(f"{path}: not an IDX file of 28×28 pictures")
    pixels = np.frombuffer(raw, dtype=np.uint8, offset=16).reshape(count, PIXELS)
    return torch.from_numpy(pixels.astype(np.float32) / 255)


@torch.no_grad()
def test_losses(model, x):
    """Means over pictures and draws of ε: reconstruction, KL, −ELBO."""
    eps = torch.Generator().manual_seed(SEED + 1)
    rec = 0.0
    mu, log_var = model.encode(x)
    for _ in range(TEST_DRAWS):
        z = mu + (log_var / 2).exp() * torch.randn(mu.shape, generator=eps)
        rec += sum(reconstruction(model.logits(zs), xs).double().sum().item() for zs, xs in zip(z.split(1000), x.split(1000)))
    rec /= TEST_DRAWS * len(x)
    divergence = kl(mu, log_var).double().mean().item()
    return {"reconstruction": rec, "kl": divergence, "neg_elbo": rec + divergence}


def log_likelihood(logits, x):
    """log p(x|z) of every picture under every row of logits: [n, 784], [m, 784] → [m, n]."""
    return x @ logits.T - torch.nn.functional.softplus(logits).sum(-1)


@torch.no_grad()
def log_p_by_quadrature(model, x, cells, half_width):
    """log p(x) = log Σ p(x|z) p(z) ΔA by the midpoint rule on cells × cells over [−half_width, half_width]², [m], float64."""
    step = 2 * half_width / cells
    axis = (torch.arange(cells, dtype=torch.float64) + 0.5) * step - half_width
    grid = torch.cartesian_prod(axis, axis)
    log_prior = -grid.square().sum(-1) / 2 - math.log(2 * math.pi) + 2 * math.log(step)
    total = torch.full((len(x),), -math.inf, dtype=torch.float64)
    for z, lp in zip(grid.split(4000), log_prior.split(4000)):
        terms = log_likelihood(model.logits(z.float()), x).double() + lp
        total = torch.logaddexp(total, terms.logsumexp(-1))
    return total


@torch.no_grad()
def log_weights(model, x):
    """log p(x|z) p(z) / q(z|x) for IWAE_DRAWS draws of z from q(z|x): [m, IWAE_DRAWS], float64."""
    noise = torch.Generator().manual_seed(SEED + 2)
    mu, log_var = model.encode(x)
    columns = []
    for _ in range(IWAE_DRAWS):
        eps = torch.randn(mu.shape, generator=noise)
        z = mu + (log_var / 2).exp() * eps
        log_ratio = ((eps.square() + log_var - z.square()) / 2).sum(-1)
        columns.append(log_ratio.double() - reconstruction(model.logits(z), x).double())
    return torch.stack(columns, dim=1)


def iwae(weights, samples):
    """Mean over pictures and over groups of `samples` draws of the log of the mean weight."""
    groups = weights.reshape(len(weights), -1, samples)
    return (groups.logsumexp(-1) - math.log(samples)).mean().item()


def exact_report(model, x):
    log_p = log_p_by_quadrature(model, x, 200, 5.0)
    finer = log_p_by_quadrature(model, x, 400, 6.0)
    weights = log_weights(model, x)
    return {
        "pictures": len(x),
        "log_p": log_p.mean().item(),
        "log_p_400x400_over_6": finer.mean().item(),
        "log_p_largest_difference_of_a_picture": (finer - log_p).abs().max().item(),
        **{f"iwae_{k}": iwae(weights, k) for k in (1, 10, 100)},
    }


def train(name, folder, epochs, cosine, learning_rate):
    train_x = read_idx_images(folder / "train-images-idx3-ubyte.gz")
    test_x = read_idx_images(folder / "t10k-images-idx3-ubyte.gz")
    torch.manual_seed(SEED)
    model = MlpVae()
    adam = torch.optim.Adam(model.parameters(), lr=learning_rate)
    steps = epochs * (len(train_x) // BATCH)
    share = (lambda step: 0.5 * (1 + math.cos(math.pi * step / steps))) if cosine else (lambda step: 1.0)
    rate = torch.optim.lr_scheduler.LambdaLR(adam, share)
    reports, started = [], time.time()
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(train_x))
        for step in range(len(train_x) // BATCH):
            x = train_x[order[step * BATCH : (step + 1) * BATCH]]
            mu, log_var = model.encode(x)
            z = mu + (log_var / 2).exp() * torch.randn_like(mu)
            loss = (reconstruction(model.logits(z), x) + kl(mu, log_var)).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            rate.step()
        if epoch in REPORT_AT or epoch == epochs:
            reports.append({"epoch": epoch, **test_losses(model, test_x)})
            print(name, reports[-1], f"{time.time() - started:.0f} s", flush=True)
    return {"epochs": reports, "first_test_pictures": exact_report(model, test_x[:EXACT_PICTURES])}


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return round(value, 3) if isinstance(value, float) and abs(value) >= 0.01 else value


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("dataset", choices=("mnist", "fashion"))
    beside = HERE.parents[1].parent / "shared" / "data"
    arguments.add_argument("--data", type=Path, default=Path(os.environ.get("LATENTSCAPE_DATA") or beside),
                           help="folder with mnist/ and fashion/ (default: LATENTSCAPE_DATA or ../shared/data)")
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--cosine", action="store_true", help="the learning rate falls to nothing by half a cosine")
    arguments.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    arguments.add_argument("--out", type=Path, default=HERE / "pytorch_results.json",
                           help="results go in here under the data set's name")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    result = train(options.dataset, options.data / options.dataset, options.epochs, options.cosine, options.learning_rate)
    name = options.dataset
    if options.cosine:
        name += "-cosine"
        # The settings of the runs at a constant rate are in "about".
        result = {"schedule": "cosine", "learning_rate": options.learning_rate, **result}
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    results["about"] = {
        "script": "train_vae.py", "model": "mlp-vae-2", "unit": "nats a picture", "batch": BATCH, "seed": SEED,
        "learning_rate": LEARNING_RATE, "test_draws_of_eps": TEST_DRAWS, "iwae_draws": IWAE_DRAWS,
        "torch": torch.__version__, "numpy": np.__version__,
    }
    results[name] = rounded(result)
    options.out.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results[name]["first_test_pictures"]))


if __name__ == "__main__":
    main()
