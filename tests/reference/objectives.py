"""Writes objectives.json: what every objective's loss, gradients, first Adam step and 200 steps come to in PyTorch.

    python3 tests/reference/objectives.py

Weights and noise as golden.py makes them, with as many parameters as the case has: an encoder that gives no distribution
has no `lv`. Batch 8. Pictures: x[i, p] = u_8(i·w + p)·u_7(p) with w values a picture; points: x[i, k] = 4·u_8(2i + k) − 2. ε[i, k] = 2·u_9(i·L + k) − 1
with L latent dimensions. Spoilt pictures: clip(x + 0.3·(2·u_10(i·w + p) − 1), 0, 1). Dropout's masks, for the dense hidden
layers in the order in which data pass: 1/(1 − share) where u_{20+layer}(i·units + j) ≥ share, else 0.

Losses, means over the batch, in nats a datum:
- reconstruction: Σ BCE(x, logits), or Σ (x − m)²/(2 s²) with m = logistic(output) of pictures and m = output of points;
- penalty: KL(N(μ, σ²) ‖ N(0, I)) of a variational autoencoder; Σ_j KL(ρ ‖ mean activity of unit j) of logistic codes, or
  the mean of Σ_j |z_j|, of a sparse one; none of the others;
- total: reconstruction + β·share(step)·penalty, where the share is 1, or step/steps up to 1, or twice the place within the
  period up to 1, with steps counted from 0.

Everything is float64 from inputs rounded to float32. Gradients and parameters are listed in the order of the layout:
encoder, mu, lv, decoder, weight before bias.
"""

import json
import math

import torch
from torch.nn import functional as F

from golden import FIRST_SEED, HERE, float32, rounded, sample_indices, stream

BATCH, STEPS = 8, 200
MLP = {"mlp": {"hidden": [16, 8]}}
CONV = {"conv": {"channels": [4, 8], "hidden": 16}}
GAUSS = {"gaussian": {"deviation": 0.25}}

CASES = {
    "vae-beta-4": ({"net": MLP, "latent": 2}, {"beta": 4.0}),
    "vae-gaussian": ({"net": MLP, "latent": 2, "likelihood": GAUSS}, {"beta": 1.0}),
    "vae-8-tanh": ({"net": MLP, "latent": 8, "activation": "tanh"}, {"beta": 1.0}),
    "vae-dropout": ({"net": MLP, "latent": 2, "activation": "silu", "dropout": 25}, {"beta": 1.0}),
    "vae-warm-up": ({"net": MLP, "latent": 2, "activation": "silu"}, {"beta": 2.0, "schedule": {"warm-up": {"steps": 100}}}),
    "vae-cyclical": ({"net": MLP, "latent": 2, "activation": "silu"}, {"beta": 1.0, "schedule": {"cyclical": {"period": 50}}}),
    "vae-points": ({"net": MLP, "latent": 2, "input": "point", "likelihood": {"gaussian": {"deviation": 0.5}}, "activation": "silu"},
                   {"beta": 1.0}),
    "plain-gelu": ({"net": MLP, "latent": 2, "objective": "autoencoder", "activation": "gelu"}, {"beta": 1.0}),
    "plain-conv": ({"net": CONV, "latent": 3, "objective": "autoencoder", "activation": "silu"}, {"beta": 1.0}),
    "vae-colour": ({"net": CONV, "latent": 2, "input": {"picture": {"side": 32, "channels": 3}}, "activation": "silu"},
                   {"beta": 1.0}),
    "denoising": ({"net": MLP, "latent": 4, "objective": {"denoising": {"corruption": {"gaussian": {"deviation": 0.3}}}},
                   "activation": "silu"}, {"beta": 1.0}),
    "sparse-kl": ({"net": MLP, "latent": 16, "objective": {"sparse": {"penalty": {"kl": {"target": 0.1}}}},
                   "activation": "tanh"}, {"beta": 5.0}),
    "sparse-l1": ({"net": MLP, "latent": 16, "objective": {"sparse": {"penalty": "l1"}}, "activation": "tanh"}, {"beta": 0.5}),
}


class Case:
    def __init__(self, model, training):
        self.model, self.training = model, training
        self.objective = model.get("objective", "variational")
        self.points = model.get("input") == "point"
        self.activation = {"relu": F.relu, "tanh": torch.tanh, "gelu": F.gelu, "silu": F.silu}[model.get("activation", "relu")]
        picture = {"side": 28, "channels": 1} if self.points else model.get("input", {}).get("picture", {"side": 28, "channels": 1})
        self.side, self.channels = picture["side"], picture["channels"]
        self.inner = self.side // 4
        width = 2 if self.points else self.channels * self.side**2
        self.x, self.spoilt = self.data(width)
        self.noise = float32(2 * stream(9, BATCH * model["latent"]).reshape(BATCH, -1) - 1).double()
        self.weights = self.parameters(width)
        self.masks = self.dropout()

    def data(self, width):
        if self.points:
            x = float32(4 * stream(8, BATCH * width).reshape(BATCH, width) - 2)
        else:
            x = float32(stream(8, BATCH * width).reshape(BATCH, width) * stream(7, width))
        noise = float32(0.3 * (2 * stream(10, BATCH * width).reshape(BATCH, width) - 1))
        return x.double(), (x + noise).clip(0, 1).double()

    def parameters(self, width):
        latent, net = self.model["latent"], self.model["net"]
        dense = lambda a, b: ((a, b), a, b)
        if "mlp" in net:
            inwards = [width, *net["mlp"]["hidden"]]
            outwards = [latent, *reversed(inwards)]
            encoder = [dense(*ab) for ab in zip(inwards, inwards[1:])]
            decoder = [dense(*ab) for ab in zip(outwards, outwards[1:])]
        else:
            (c1, c2), hidden = net["conv"]["channels"], net["conv"]["hidden"]
            inwards, flat = [hidden], c2 * self.inner**2
            c = self.channels
            encoder = [((c1, c, 3, 3), c * 9, c1), ((c2, c1, 3, 3), c1 * 9, c2), dense(flat, hidden)]
            decoder = [dense(latent, hidden), dense(hidden, flat), ((c2, c1, 4, 4), c2 * 16, c1), ((c1, c, 4, 4), c1 * 16, c)]
        self.heads = 2 if self.objective == "variational" else 1
        self.encoder_layers = len(encoder)
        made = []
        for shape, fan_in, outputs in [*encoder, *[dense(inwards[-1], latent)] * self.heads, *decoder]:
            values = (2 * stream(FIRST_SEED + len(made), math.prod(shape)) - 1) / math.sqrt(fan_in)
            made.append(float32(values.reshape(shape)).double().requires_grad_())
            made.append(torch.zeros(outputs, dtype=torch.float64, requires_grad=True))
        return made

    def dropout(self):
        share = self.model.get("dropout", 0) / 100
        if not share:
            return None
        hidden = self.model["net"]["mlp"]["hidden"]
        units = [*hidden, *reversed(hidden)]
        kept = lambda layer, n: stream(20 + layer, BATCH * n).reshape(BATCH, n) >= share
        return [float32(kept(layer, n) / (1 - share)).double() for layer, n in enumerate(units)]

    def layer(self, i):
        return self.weights[2 * i], self.weights[2 * i + 1]

    def dense(self, i, x):
        weight, bias = self.layer(i)
        return x @ weight + bias

    def hidden(self, i, x, masks):
        x = self.activation(self.dense(i, x))
        return x * next(masks) if self.masks else x

    def encode(self, x, masks):
        if "mlp" in self.model["net"]:
            for i in range(self.encoder_layers):
                x = self.hidden(i, x, masks)
        else:
            x = x.reshape(-1, self.channels, self.side, self.side)
            for i in (0, 1):
                weight, bias = self.layer(i)
                x = self.activation(F.conv2d(x, weight, bias, stride=2, padding=1))
            x = self.hidden(2, x.flatten(1), masks)
        heads = [self.dense(self.encoder_layers + i, x) for i in range(self.heads)]
        return heads[0], heads[1] if self.heads == 2 else None

    def decode(self, z, masks):
        first, last = self.encoder_layers + self.heads, len(self.weights) // 2 - 1
        if "mlp" in self.model["net"]:
            for i in range(first, last):
                z = self.hidden(i, z, masks)
            return self.dense(last, z)
        x = self.hidden(first + 1, self.hidden(first, z, masks), masks).reshape(len(z), -1, self.inner, self.inner)
        weight, bias = self.layer(first + 2)
        x = self.activation(F.conv_transpose2d(x, weight, bias, stride=2, padding=1))
        weight, bias = self.layer(last)
        return F.conv_transpose2d(x, weight, bias, stride=2, padding=1).flatten(1)

    def losses(self):
        masks = iter(self.masks or [])
        denoising = isinstance(self.objective, dict) and "denoising" in self.objective
        mu, log_var = self.encode(self.spoilt if denoising else self.x, masks)
        sparse = self.objective.get("sparse") if isinstance(self.objective, dict) else None
        penalty = torch.zeros((), dtype=torch.float64)
        z = mu
        if log_var is not None:
            z = mu + (log_var / 2).exp() * self.noise
            penalty = -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(1).mean()
        elif sparse and sparse["penalty"] == "l1":
            penalty = mu.abs().sum(1).mean()
        elif sparse:
            z, rho = torch.sigmoid(mu), sparse["penalty"]["kl"]["target"]
            active = z.mean(0)
            penalty = (rho * (rho / active).log() + (1 - rho) * ((1 - rho) / (1 - active)).log()).sum()
        output = self.decode(z, masks)
        if "likelihood" in self.model:
            mean = output if self.points else torch.sigmoid(output)
            deviation = self.model["likelihood"]["gaussian"]["deviation"]
            reconstruction = ((self.x - mean).square() / (2 * deviation**2)).sum(1).mean()
        else:
            reconstruction = F.binary_cross_entropy_with_logits(output, self.x, reduction="none").sum(1).mean()
        return reconstruction, penalty

    def weight(self, step):
        beta = 0 if self.objective == "autoencoder" or "denoising" in self.objective else self.training["beta"]
        schedule = self.training.get("schedule")
        if not schedule:
            return beta
        if "warm-up" in schedule:
            return beta * min(1, step / schedule["warm-up"]["steps"])
        period = schedule["cyclical"]["period"]
        return beta * min(1, 2 * (step % period) / period)

    def golden(self):
        out = {"model": self.model, "training": self.training}
        adam = torch.optim.Adam(self.weights, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
        curve = []
        for step in range(STEPS):
            reconstruction, penalty = self.losses()
            total = reconstruction + self.weight(step) * penalty
            adam.zero_grad()
            total.backward()
            if step == 0:
                grads = [w.grad if w.grad is not None else torch.zeros_like(w) for w in self.weights]
                out["terms"] = [reconstruction.item(), penalty.item(), total.item()]
                out["norm"] = math.sqrt(sum(g.square().sum().item() for g in grads))
                indices = [sample_indices(g)[:3] for g in grads]
                pick = lambda t, where: [[i, t.flatten()[i].item()] for i in where]
                out["gradients"] = [{"norm": g.norm().item(), "samples": pick(g, at)} for g, at in zip(grads, indices)]
            adam.step()
            if step == 0:
                out["after"] = [pick(w.detach(), at) for w, at in zip(self.weights, indices)]
            curve.append(total.item())
        out["curve"] = curve
        return out


def main():
    torch.set_num_threads(1)
    lines = []
    for name, (model, training) in CASES.items():
        case = rounded(Case(model, training).golden())
        case["curve"] = [float(f"{value:.7g}") for value in case["curve"]]
        lines.append(f"{json.dumps(name)}: {json.dumps(case)}")
        print(name, case["terms"], "→", case["curve"][-1])
    (HERE / "objectives.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
