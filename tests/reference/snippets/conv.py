# pip install torch safetensors
import torch
from safetensors.torch import load_file
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.GELU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.GELU(), nn.Flatten(),
            nn.Linear(3136, 128), nn.GELU(),
        )
        self.mu = nn.Linear(128, 4)
        self.decoder = nn.Sequential(
            nn.Linear(4, 128), nn.GELU(),
            nn.Linear(128, 3136), nn.GELU(), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.GELU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1), nn.Sigmoid(),
        )

    def encode(self, x):  # [n, 784] in 0..1
        h = self.encoder(x.reshape(-1, 1, 28, 28))
        return torch.sigmoid(self.mu(h))


model = Autoencoder()
model.load_state_dict(load_file("a \"model\".safetensors"))
z = torch.tensor([[1.5, 0.0, 0.0, 0.0]])
with torch.no_grad():
    picture = model.decoder(z).reshape(28, 28)  # 0 is paper, 1 is ink
print(picture)
