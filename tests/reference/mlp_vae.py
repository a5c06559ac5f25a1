"""The VAE of linear layers as a PyTorch module; `train_vae.py` trains it and `check_safetensors.py` fills it from a file.

Encoder 784 → hidden[0] → … → (μ, log σ²), ReLU between the layers; the decoder mirrors it and ends in logits.
The likelihood is Bernoulli: log p(x|z) = Σ x·l − log(1 + eˡ) over the 784 pixels, for grey values x in 0..1 too.
"""

import torch
from torch import nn
from torch.nn import functional as F

PIXELS = 784


class MlpVae(nn.Module):
    def __init__(self, hidden=(512, 256), latent=2):
        super().__init__()
        inwards = [PIXELS, *hidden]
        outwards = [latent, *reversed(hidden), PIXELS]
        self.encoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(inwards, inwards[1:]))
        self.mu = nn.Linear(inwards[-1], latent)
        self.log_var = nn.Linear(inwards[-1], latent)
        self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(outwards, outwards[1:]))

    def encode(self, x):
        """[n, 784] → μ and log σ², [n, latent] each."""
        for layer in self.encoder:
            x = F.relu(layer(x))
        return self.mu(x), self.log_var(x)

    def logits(self, z):
        """[n, latent] → [n, 784]; the sigmoid of it is the decoded picture."""
        for layer in self.decoder[:-1]:
            z = F.relu(layer(z))
        return self.decoder[-1](z)


def reconstruction(logits, x):
    """−log p(x|z) in nats, [n]."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)


def kl(mu, log_var):
    """KL(q(z|x) ‖ N(0, I)) in closed form, nats, [n] (Kingma and Welling 2014, appendix B)."""
    return -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(-1)
