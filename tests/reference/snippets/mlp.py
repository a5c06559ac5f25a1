# pip install torch safetensors
import torch
from safetensors.torch import load_file
from torch import nn


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(),
            nn.Linear(512, 256), nn.ReLU(),
        )
        self.mu = nn.Linear(256, 2)
        self.log_var = nn.Linear(256, 2)
        self.decoder = nn.Sequential(
            nn.Linear(2, 256), nn.ReLU(),
            nn.Linear(256, 512), nn.ReLU(),
            nn.Linear(512, 784), nn.Sigmoid(),
        )

    def encode(self, x):  # [n, 784] in 0..1
        h = self.encoder(x)
        return self.mu(h), self.log_var(h)


model = VAE()
model.load_state_dict(load_file("model.safetensors"))
z = torch.tensor([[0.3, -0.7]])
with torch.no_grad():
    picture = model.decoder(z).reshape(28, 28)  # 0 is paper, 1 is ink
print(picture)
