"""A shipped model and the pictures it is measured on, read with torch and Python's own gzip and zipfile alone."""

import gzip
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open

ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "gelu": F.gelu, "silu": F.silu}
# Rows that go through a net at once.
BAND = 2000


def idx(data):
    """The array of an IDX file of bytes."""
    zero, kind, dimensions = struct.unpack(">HBB", data[:4])
    assert (zero, kind) == (0, 8), "not an IDX file of bytes"
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def test_pictures(data, digits):
    """Pixels [n, 784] in 0..1 and labels [n]: of a folder with MNIST's four files, or of the archive of held-out digits
    that `examples/held_out.rs` writes."""
    if digits is None:
        read = lambda name: idx(gzip.decompress((Path(data) / name).read_bytes()))
        x, y = read("t10k-images-idx3-ubyte.gz"), read("t10k-labels-idx1-ubyte.gz")
    else:
        with zipfile.ZipFile(digits) as archive:
            read = lambda name: idx(gzip.decompress(archive.read(name)))
            x, y = read("generated-images-idx3-ubyte.gz"), read("generated-labels-idx1-ubyte.gz")
    x = torch.from_numpy(x.reshape(len(x), -1).astype(np.float32) / np.float32(255))
    return x, torch.from_numpy(y.astype(np.int64))


class Model:
    """Encoder and decoder of a safetensors file of ours: F32, F16, or I8 with scales; dense weights are [in, out]."""

    def __init__(self, path, dtype=torch.float32):
        with safe_open(path, "pt") as file:
            self.spec = json.loads(file.metadata()["spec"])
            names = [name for name in file.keys() if not name.endswith(".scale")]
            tensors = {name: file.get_tensor(name) for name in names}
            for name, tensor in tensors.items():
                value = tensor.float()
                if tensor.dtype == torch.int8:
                    value = value * file.get_tensor(f"{name}.scale")
                tensors[name] = value.to(dtype)
        self.tensors, self.dtype = tensors, dtype
        self.latent = self.spec["latent"]
        self.activate = ACTIVATIONS[self.spec.get("activation", "relu")]
        self.objective = self.spec.get("objective", "variational")
        self.variational = self.objective == "variational"
        likelihood = self.spec.get("likelihood", "bernoulli")
        self.deviation = None if likelihood == "bernoulli" else likelihood["gaussian"]["deviation"]
        net = self.spec["net"]
        self.hidden = len(net["mlp"]["hidden"]) if "mlp" in net else None

    def dense(self, name, x):
        return x @ self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def encode(self, x):
        """μ and log σ² of pictures [n, values]; None for log σ² where a picture is encoded to a point."""
        if self.hidden is None:
            side = int(round(x.shape[1] ** 0.5))
            x = x.reshape(len(x), 1, side, side)
            for layer in range(2):
                weight, bias = (self.tensors[f"encoder.{layer}.{what}"] for what in ("weight", "bias"))
                x = self.activate(F.conv2d(x, weight, bias, stride=2, padding=1))
            x = self.activate(self.dense("encoder.2", x.flatten(1)))
        else:
            for layer in range(self.hidden):
                x = self.activate(self.dense(f"encoder.{layer}", x))
        return self.dense("mu", x), self.dense("log_var", x) if self.variational else None

    def decode(self, z):
        """What the likelihood takes, [n, values]: logits of pictures."""
        if self.hidden is None:
            x = self.activate(self.dense("decoder.1", self.activate(self.dense("decoder.0", z))))
            channels = self.tensors["decoder.2.weight"].shape[0]
            side = int(round((x.shape[1] / channels) ** 0.5))
            x = x.reshape(len(x), channels, side, side)
            layer = lambda i, x: F.conv_transpose2d(
                x, self.tensors[f"decoder.{i}.weight"], self.tensors[f"decoder.{i}.bias"], stride=2, padding=1)
            return layer(3, self.activate(layer(2, x))).flatten(1)
        for layer in range(self.hidden):
            z = self.activate(self.dense(f"decoder.{layer}", z))
        return self.dense(f"decoder.{self.hidden}", z)

    def mean(self, z):
        return torch.sigmoid(self.decode(z))

    def log_likelihood(self, output, x):
        """log p(x|z) of rows of outputs against rows of pictures, without the constant of a Gaussian."""
        if self.deviation is None:
            return (x * output - F.softplus(output)).sum(-1)
        return -((torch.sigmoid(output) - x) ** 2).sum(-1) / (2 * self.deviation**2)

    def constant(self, values):
        """What is left out above: −n·ln(d·√(2π))."""
        return 0.0 if self.deviation is None else -values * np.log(self.deviation * np.sqrt(2 * np.pi))


def banded(function, *rows, band=BAND):
    """A function of rows, over bands of them; a tensor, or a tuple of them."""
    parts = [function(*(r[i : i + band] for r in rows)) for i in range(0, len(rows[0]), band)]
    if isinstance(parts[0], tuple):
        return tuple(None if part[0] is None else torch.cat(part) for part in zip(*parts))
    return torch.cat(parts)


class Classifier:
    """Softmax regression: `weight` [classes, pixels], `bias` [classes]."""

    def __init__(self, path):
        with safe_open(path, "pt") as file:
            self.weight, self.bias = file.get_tensor("weight").float(), file.get_tensor("bias").float()

    def logits(self, x):
        return x @ self.weight.T + self.bias
