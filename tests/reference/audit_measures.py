"""What a model is measured by, each from its definition. A figure is (value, half of its 95 % interval): of the estimator
where that draws, of the sample of pictures where it says so."""

import math

import numpy as np
import torch
from scipy.spatial import cKDTree
from scipy.special import ndtr

from audit_model import banded

Z95 = 1.959964
# What slopes and returns are read over: within so many σ of a frame's centre, as the page does.
REACH = 3.5
NEAR = 0.25
LOG_2PI = math.log(2 * math.pi)


def of_mean(values):
    values = values.double()
    return float(values.mean()), Z95 * float(values.std()) / math.sqrt(len(values))


def of_share(hits, of):
    """A share and half of Wilson's interval."""
    share = hits / of
    return share, Z95 * math.sqrt(share * (1 - share) / of + Z95**2 / (4 * of * of)) / (1 + Z95**2 / of)


class Frame:
    """N(mean, covariance) of the plane: what is sampled from."""

    def __init__(self, mean, covariance):
        self.mean, self.covariance = mean.double(), covariance.double()
        self.root = torch.linalg.cholesky(self.covariance)

    @staticmethod
    def prior(latent=2):
        return Frame(torch.zeros(latent), torch.eye(latent))

    @staticmethod
    def of_codes(mu):
        return Frame(mu.double().mean(0), torch.cov(mu.double().T))

    def sample(self, n, rng):
        return self.mean + torch.from_numpy(rng.standard_normal((n, len(self.mean)))) @ self.root.T

    def standard(self, z):
        return torch.linalg.solve_triangular(self.root, (z.double() - self.mean).T, upper=False).T

    def log_density(self, z):
        square = (self.standard(z) ** 2).sum(1)
        return -0.5 * square - self.root.diagonal().log().sum() - 0.5 * len(self.mean) * LOG_2PI


def posteriors(model, x):
    return banded(model.encode, x)


def gaussian_kl(mu, log_var):
    """KL(N(μ, σ²) ‖ N(0, 1)) of each datum and axis (Kingma and Welling 2013, appendix B)."""
    mu, log_var = mu.double(), log_var.double()
    return 0.5 * (mu**2 + log_var.exp() - log_var - 1)


def log_weights(model, x, mu, log_var, draws, rng, band=20_000):
    """log p(x|z) [n, draws], and log p(x, z) − log q(z|x) likewise, of draws z of each picture's posterior."""
    n, d = mu.shape
    likelihood, weights = torch.empty(n, draws, dtype=torch.float64), torch.empty(n, draws, dtype=torch.float64)
    step = max(1, band // draws)
    for i in range(0, n, step):
        m, v = mu[i : i + step, None].double(), log_var[i : i + step, None].double()
        noise = torch.from_numpy(rng.standard_normal((len(m), draws, d)))
        z = m + (v / 2).exp() * noise
        output = model.decode(z.reshape(-1, d).to(model.dtype)).reshape(len(m), draws, -1)
        likelihood[i : i + step] = model.log_likelihood(output, x[i : i + step, None]).double()
        prior = -0.5 * (z**2).sum(-1) - 0.5 * d * LOG_2PI
        own = -0.5 * (noise**2 + v).sum(-1) - 0.5 * d * LOG_2PI
        weights[i : i + step] = likelihood[i : i + step] + prior - own
    return likelihood, weights


def over_draws(values):
    """The mean of [n, draws], and the half interval that is left of the draws, not of the pictures."""
    n, k = values.shape
    if k == 1:
        # Then of draws and data together.
        return of_mean(values[:, 0])
    return float(values.mean()), Z95 * math.sqrt(float(values.var(1).mean()) / (n * k))


def iwae(weights, k):
    """The bound of k samples (Burda et al. 2016, arXiv:1509.00519), from as many disjoint groups as there are."""
    n, draws = weights.shape
    groups = weights[:, : draws // k * k].reshape(n, -1, k)
    bounds = torch.logsumexp(groups, 2) - math.log(k)
    return over_draws(bounds)


def log_px(model, x, centres, tolerance=1e-3, levels=8):
    """log p(x) of each picture: ∫ p(x|z) p(z) dz by the midpoint rule in 64 bits on a grid that is halved, for each
    picture alone where its integrand is not e^−16 below its top, until twice nothing moves by `tolerance` nats. Gives the
    values, and the last change of each. `centres` are the means of the posteriors: the grid reaches around them."""
    reach = torch.maximum(centres.abs().max(0).values.double() + 1, torch.full((2,), 6.0, dtype=torch.float64))
    cells = [int(math.ceil(2 * float(r) / max(0.06, 2 * float(r) / 400))) for r in reach]
    size = [2 * float(r) / c for r, c in zip(reach, cells)]
    axes = [-float(r) + (torch.arange(c, dtype=torch.float64) + 0.5) * s for r, c, s in zip(reach, cells, size)]
    grid = torch.cartesian_prod(*axes)
    x = x.to(model.dtype)

    def joint(z, of):
        """log p(x|z) + log p(z): [pictures, points]."""
        output = model.decode(z.to(model.dtype))
        if model.deviation is None:
            likelihood = of @ output.T - torch.nn.functional.softplus(output).sum(1)
        else:
            mean = torch.sigmoid(output)
            square = (of**2).sum(1, keepdim=True) - 2 * of @ mean.T + (mean**2).sum(1)
            likelihood = -square / (2 * model.deviation**2)
        return likelihood.double() - 0.5 * (z**2).sum(1) - LOG_2PI

    first = torch.cat([joint(grid[i : i + 4000], x) for i in range(0, len(grid), 4000)], 1)
    values, changes = torch.empty(len(x), dtype=torch.float64), torch.empty(len(x), dtype=torch.float64)
    corners = torch.tensor([[a, b] for a in (-0.25, 0.25) for b in (-0.25, 0.25)], dtype=torch.float64)
    for i in range(len(x)):
        z, log_f, side = grid, first[i], torch.tensor(size, dtype=torch.float64)
        # Where posteriors are narrower than a cell its own code is looked at first.
        near = (grid - centres[i].double()).abs().max(1).values < 3 * max(size)
        value, still, margin = torch.logsumexp(log_f, 0) + side.log().sum(), 0, 40.0
        for _ in range(levels):
            keep = (log_f > log_f.max() - margin) | (near if z is grid else False)
            dropped = torch.logsumexp(log_f[~keep], 0) + side.log().sum() if (~keep).any() else -torch.inf
            z, side = (z[keep][:, None] + corners * side).reshape(-1, 2), side / 2
            log_f = torch.cat([joint(z[j : j + 8000], x[i : i + 1])[0] for j in range(0, len(z), 8000)])
            finer = torch.logaddexp(torch.logsumexp(log_f, 0) + side.log().sum(), torch.as_tensor(dropped).double())
            change, value = float((finer - value).abs()), finer
            still, margin = (still + 1 if change < tolerance else 0), 16.0
            if still >= 1 and change < tolerance:
                break
        values[i], changes[i] = value, change
    return values, changes


def log_q(z, mu, log_var, band=2000):
    """ln of the aggregated posterior 1/n Σ N(z; μ, σ²) at points z, in 64 bits."""
    z, mu, log_var = z.double(), mu.double(), log_var.double()
    precision, norm = (-log_var).exp(), -0.5 * log_var.sum(1) - 0.5 * mu.shape[1] * LOG_2PI - math.log(len(mu))
    out = torch.empty(len(z), dtype=torch.float64)
    for i in range(0, len(z), band):
        part = norm[None].repeat(len(z[i : i + band]), 1)
        for axis in range(mu.shape[1]):
            part -= 0.5 * (z[i : i + band, axis, None] - mu[None, :, axis]) ** 2 * precision[None, :, axis]
        out[i : i + band] = torch.logsumexp(part, 1)
    return out


def aggregate(mu, log_var):
    """ln q as a function of points. Where codes are points each is a Gaussian n^(−1/6) times as wide as all codes together,
    along every direction (Silverman 1986), as the page does."""
    if log_var is not None:
        return lambda z: log_q(z, mu, log_var)
    codes = Frame.of_codes(mu)
    own = codes.standard(mu)
    width = torch.full_like(own, -math.log(len(mu)) / 3)
    return lambda z: log_q(codes.standard(z), own, width) - codes.root.diagonal().log().sum()


def aggregated_kl(mu, log_var, frame, rng, each=4):
    """KL(q(z) ‖ p(z)) in nats: E over draws of every posterior of ln q − ln p; the error is that of the draws."""
    terms = []
    for _ in range(each):
        z = mu.double() + (log_var.double() / 2).exp() * torch.from_numpy(rng.standard_normal(tuple(mu.shape)))
        terms.append(log_q(z, mu, log_var) - frame.log_density(z))
    terms = torch.stack(terms, 1)
    return over_draws(terms)


def overlap(log_density, frame, rng, draws=20_000):
    """∫ min(p, q) and the share of p where q is at least a tenth of p, over draws of p."""
    z = frame.sample(draws, rng)
    ratio = (log_density(z) - frame.log_density(z)).exp()
    return of_mean(ratio.clamp(max=1)), of_share(int((ratio >= 0.1).sum()), draws)


def as_if_prior(mu, log_var, rng):
    """Means that with these σ make the aggregated posterior the prior: N(0, 1 − σ²) on each axis."""
    spread = (1 - log_var.double().exp()).clamp(min=0).sqrt()
    return torch.from_numpy(rng.standard_normal(tuple(mu.shape))) * spread


def mmd_squared(mu, log_var, frame):
    """E k(x, x′) − 2 E k(x, y) + E k(y, y′) with k = exp(−|x − y|²/2), x and x′ of two data, in Mahalanobis units of the frame
    (Gretton et al. 2012); the closed form for Gaussians. And the deviation of each datum's influence."""
    m = frame.standard(mu)
    inverse = torch.linalg.inv(frame.root)
    variance = torch.zeros_like(m) if log_var is None else log_var.double().exp()
    v = torch.einsum("ab,nb,cb->nac", inverse, variance, inverse)

    def kernel(a, va, b, vb):
        wide = torch.eye(2, dtype=torch.float64) + va + vb
        xx, xy, yy = wide[..., 0, 0], wide[..., 0, 1], wide[..., 1, 1]
        det, d = xx * yy - xy * xy, a - b
        square = (yy * d[..., 0] ** 2 - 2 * xy * d[..., 0] * d[..., 1] + xx * d[..., 1] ** 2) / det
        return det**-0.5 * torch.exp(-0.5 * square)

    n = len(m)
    total = torch.stack([kernel(m[i], v[i], m, v).sum() - kernel(m[i], v[i], m[i], v[i]) for i in range(n)])
    zero, one = torch.zeros_like(m[:1]), torch.eye(2, dtype=torch.float64)[None]
    across, own = kernel(m, v, zero, one), kernel(zero, one, zero, one)[0]
    squared = total.sum() / (n * (n - 1)) - 2 * across.mean() + own
    # Twice the influence of each datum: the first order of the U-statistic's variance.
    return float(squared), float((2 * (total / (n - 1) - across)).std())


def jacobians(model, z):
    """∂x̂/∂z and ∂logit/∂z of points, [n, values, latent], by forward-mode autodiff in one pass an axis."""
    def along(function, axis, rows):
        tangent = torch.zeros_like(rows)
        tangent[:, axis] = 1
        return torch.func.jvp(function, (rows,), (tangent,))[1]

    z = z.to(model.dtype)
    of = lambda function: torch.stack([along(function, axis, z) for axis in range(z.shape[1])], 2)
    return of(model.mean), of(model.decode)


def slopes(model, z, root):
    """The largest singular value of J·L: of pixels, root mean square a value and Euclidean; of the Fisher metric. Of points
    z, L = `root` with L·Lᵀ the covariance that a σ is of. Then the steepest direction in the Fisher metric, in units of z."""
    def banded_slopes(rows):
        pixels, logits = (j.double() for j in jacobians(model, rows))
        p = model.mean(rows.to(model.dtype)).double()
        values = pixels.shape[1]
        g = torch.einsum("nva,nvb->nab", pixels, pixels)
        if model.deviation is None:
            f = torch.einsum("nv,nva,nvb->nab", p * (1 - p), logits, logits)
        else:
            f = g / model.deviation**2
        top = lambda m: torch.linalg.eigh(root.T @ m @ root)
        (g_values, _), (f_values, f_vectors) = top(g), top(f)
        euclid = g_values[:, -1].clamp(min=0).sqrt()
        return euclid / math.sqrt(values), euclid, f_values[:, -1].clamp(min=0).sqrt(), f_vectors[:, :, -1] @ root.T

    return banded(banded_slopes, z)


def change_in_nats(model, z, step):
    """KL(p(x|z) ‖ p(x|z + step)) in full."""
    def one(z, step):
        a, b = (model.decode(p.to(model.dtype)).double() for p in (z, z + step))
        if model.deviation is None:
            p = torch.sigmoid(a)
            return (p * (a - b) - torch.nn.functional.softplus(a) + torch.nn.functional.softplus(b)).sum(1)
        return ((torch.sigmoid(a) - torch.sigmoid(b)) ** 2).sum(1) / (2 * model.deviation**2)
    return banded(one, z, step)


def quantile(values, share):
    """A quantile, and half of the interval between the order statistics around it."""
    values = values.double().sort().values
    n = len(values)
    spread = Z95 * math.sqrt(share * (1 - share) * n)
    at = lambda i: float(values[min(max(int(i), 0), n - 1)])
    return at(share * n), (at(share * n + spread) - at(share * n - spread)) / 2


def returns(model, frame, z):
    """Share of samples whose decoding is encoded within a quarter of a Mahalanobis σ of where it came from."""
    back = banded(lambda rows: model.encode(model.mean(rows.to(model.dtype)))[0], z)
    distance = (frame.standard(back) - frame.standard(z)).norm(dim=1)
    return of_share(int((distance <= NEAR).sum()), len(z)), distance


def neighbour_accuracy(codes, labels, frame, k=10):
    """Codes whose class most of their k nearest others have; of equals the class that comes first, nearest first."""
    points = frame.standard(codes).numpy()
    near = cKDTree(points).query(points, k + 1)[1]
    labels, hits = labels.numpy(), 0
    for i, row in enumerate(near):
        votes = labels[[j for j in row if j != i][:k]]
        counts = np.bincount(votes, minlength=labels.max() + 1)
        hits += int(next(v for v in votes if counts[v] == counts.max()) == labels[i])
    return of_share(hits, len(labels))


def largest_gap(codes, frame, within=2.5, points=201):
    """The radius of the largest disc without codes, in σ of the frame, centred within 2.5 of its centre; too small by at
    most half of the grid's diagonal."""
    axis = np.linspace(-within, within, points)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    grid = grid[np.hypot(*grid.T) <= within]
    distance = cKDTree(frame.standard(codes).numpy()).query(grid)[0]
    return float(distance.max()), (axis[1] - axis[0]) / math.sqrt(2)


def blurred(x, sigma):
    """Pictures through a Gaussian of so many pixels."""
    side = int(round(x.shape[1] ** 0.5))
    at = torch.arange(-4 * int(sigma + 0.5), 4 * int(sigma + 0.5) + 1).float()
    kernel = torch.exp(-0.5 * (at / sigma) ** 2)
    kernel = (kernel / kernel.sum()).reshape(1, 1, 1, -1)
    x = x.reshape(-1, 1, side, side)
    x = torch.nn.functional.conv2d(x, kernel, padding="same")
    return torch.nn.functional.conv2d(x, kernel.transpose(2, 3), padding="same").flatten(1)


def distances(a, b):
    """Euclidean distances in 64 bits, [n, m]."""
    return torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist")


def likeness(real, fake, k=5):
    """Density and coverage (Naeem et al. 2020, arXiv:2002.09797), improved precision and recall (Kynkäänniemi et al. 2019,
    arXiv:1904.06991) of generated rows against real ones; the balls reach to the k-th nearest other of their own set."""
    def radii(rows):
        return distances(rows, rows).fill_diagonal_(torch.inf).kthvalue(k, 1).values

    between = distances(real, fake)
    around_real, around_fake = radii(real), radii(fake)
    inside = between <= around_real[:, None]
    n, m = between.shape
    return {
        "density": of_mean(inside.sum(0) / k),
        "coverage": of_share(int(inside.any(1).sum()), n),
        "precision": of_share(int(inside.any(0).sum()), m),
        "recall": of_share(int((between <= around_fake[None]).any(1).sum()), n),
    }
