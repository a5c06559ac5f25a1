"""Recomputes the figures of the shipped cards from weights and pictures, with none of our code, and says which agree.

cargo run --example held_out -- target/held-out.zip
python3 tests/reference/audit.py --all
python3 tests/reference/audit.py --model digits-beta/beta-1

MNIST and Fashion-MNIST are read from --data, else $LATENTSCAPE_DATA, else ../shared/data beside the checkout. Writes a JSON
for each model into --out, and prints a table. --quick draws less.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import scipy
import torch

import audit_measures as measures
from audit_measures import Frame
from audit_model import Classifier, Model, banded, test_pictures

ROOT = Path(__file__).resolve().parents[2]
SEED = 2026
# A slope above this is steep.
STEEP = 0.9

# Where a card has a figure, beside `meters` by the same name, and what it may be off beyond both intervals: cards have
# numbers of 32 bits, and codes of 16 in their file.
TEST = {"floor": 0.001, "reconstruction": 0.01, "kl": 0.01, "elbo": 0.02, "elbo_first_1000": 0.02, "log_px_first_1000": 0.01}
# Quadrature on the page's grid of 128 cells a side, or the codes' 16 bits.
METERS = {
    "aggregated-kl": 0.01, "shared": 0.01, "covered": 0.01, "mmd": 0.003, "returns": 0.01, "continuity": 0.01,
    "slope-median": 0.005, "slope-spread": 0.05, "tenth-sigma-nats": 0.05, "neighbour-accuracy": 0.01, "largest-gap": 0.04,
    "data-precision": 0.02, "data-recall": 0.02, "data-coverage": 0.02, "data-density": 0.02, "classifier-confidence": 0.01,
}


# Of the ELBO taken apart.
SURGERY = {"mutual-information": "information"}


class Sheet(dict):
    """Figures by name, as they come."""

    def put(self, name, figure, of=None):
        value, half = figure if isinstance(figure, tuple) else (figure, None)
        self[name] = {"value": value, **({"half": half} if half is not None else {}), **({"of": of} if of else {})}
        print(f"    {name}: {value:.4f}" + (f" ± {half:.4f}" if half is not None else ""), file=sys.stderr, flush=True)


def likelihoods(sheet, model, x, rng, quick):
    """The ELBO and its parts, bounds and log p(x), nats a picture."""
    mu, log_var = measures.posteriors(model, x)
    if not model.variational:
        output = model.decode(mu)
        sheet.put("reconstruction", -float(model.log_likelihood(output, x).double().mean()), "held-out pictures, no draws")
        return mu, log_var
    kl = measures.gaussian_kl(mu, log_var)
    sheet.put("kl", float(kl.sum(1).mean()))
    for axis in range(kl.shape[1]):
        sheet.put(f"kl_by_dimension.{axis}", float(kl[:, axis].mean()))
        sheet.put(f"sigma.{axis}", float((log_var[:, axis].double() / 2).exp().mean()))
        sheet.put(f"spread.{axis}", float(mu[:, axis].double().std(correction=0)))
    draws = 8 if quick else 32
    grey = x.double()
    sheet.put("floor", -float((torch.xlogy(grey, grey) + torch.xlogy(1 - grey, 1 - grey)).sum(1).mean()))
    likelihood, _ = measures.log_weights(model, x, mu, log_var, draws, rng)
    loss, half = measures.over_draws(-likelihood)
    one = half * draws**0.5
    sheet.put("reconstruction", (loss, half), f"{draws} draws a picture")
    sheet.put("elbo", (-loss - sheet["kl"]["value"], half), f"{draws} draws a picture")
    sheet.put("one draw", (0.0, one), "what a card's single draw a picture may be off")
    pictures = measures.of_mean(likelihood.mean(1) - kl.sum(1))
    sheet.put("elbo over pictures", pictures, "the interval of which pictures were held out")
    n = 200 if quick else 1000
    many = 200 if quick else 500
    first, weights = measures.log_weights(model, x[:n], mu[:n], log_var[:n], many, rng)
    loss, half = measures.over_draws(-first)
    sheet.put(f"elbo_first_{n}", (-loss - float(kl[:n].sum(1).mean()), half), f"{many} draws a picture")
    for k in (1, 10, 100):
        sheet.put(f"bound_{k}_first_{n}", measures.iwae(weights, k), "disjoint groups of the same draws")
    values, changes = measures.log_px(model, x[:n], mu[:n])
    sheet.put(f"log_px_first_{n}", float(values.mean()), f"adaptive quadrature; last change at most {float(changes.max()):.1e}")
    lower = first.mean(1) * -1 + kl[:n].sum(1)
    for name, figure in {"log_px": values[:200], "elbo": -lower[:200], "gap": values[:200] + lower[:200]}.items():
        sheet.put(f"gaps.{name}", measures.of_mean(figure), "first 200 pictures; the interval is of which those are")
    return mu, log_var


def plane(sheet, model, mu, log_var, frame, name, rng, quick):
    """What is read of a plane that is sampled from `frame`."""
    suffix = "" if name == "prior" else "-fitted"
    n = 4000 if quick else 20_000
    codes = Frame.of_codes(mu)
    z = frame.sample(n, rng)
    rms, euclid, fisher, steepest = measures.slopes(model, z, codes.root)
    sheet.put(f"slope-median{suffix}", measures.quantile(rms, 0.5), "root mean square change a value per σ of the codes")
    sheet.put(f"slope-p95{suffix}", measures.quantile(rms, 0.95))
    sheet.put(f"slope-spread{suffix}", sheet[f"slope-p95{suffix}"]["value"] / max(sheet[f"slope-median{suffix}"]["value"], 1e-30))
    sheet.put(f"continuity{suffix}", measures.of_share(int((rms <= STEEP).sum()), n), f"slope at most {STEEP}")
    old = torch.diag(codes.covariance.diagonal().sqrt())
    euclid = measures.slopes(model, z[: n // 4], old)[1]
    sheet.put(f"euclidean-slope-median{suffix}", measures.quantile(euclid, 0.5), "per σ along the axes, of all pixels")
    side = torch.from_numpy(rng.choice([-0.1, 0.1], (n, 1)))
    nats = measures.change_in_nats(model, z, side * steepest)
    sheet.put(f"tenth-sigma-nats{suffix}", measures.quantile(nats, 0.5), "in full, one way or the other along the steepest direction")
    sheet.put(f"tenth-sigma-quadratic{suffix}", measures.quantile(0.5 * (0.1 * fisher) ** 2, 0.5))
    share, distance = measures.returns(model, frame, z)
    sheet.put(f"returns{suffix}", share, "within 0.25 Mahalanobis σ of the frame")
    sheet.put(f"returns-median{suffix}", measures.quantile(distance, 0.5))
    if model.variational:
        sheet.put(f"aggregated-kl{suffix}", measures.aggregated_kl(mu, log_var, frame, rng, 1 if quick else 4))
    log_density = measures.aggregate(mu, log_var)
    shared, covered = measures.overlap(log_density, frame, rng, n)
    sheet.put(f"shared{suffix}", shared)
    sheet.put(f"covered{suffix}", covered)
    squared, deviation = measures.mmd_squared(mu, log_var, frame)
    sheet.put(f"mmd{suffix}", max(squared, 0.0) ** 0.5)
    # A card looks at 1000 of the codes: the deviation of MMD² of so few, to first order.
    of_card = 1.96 * deviation / min(1000, len(mu)) ** 0.5 / max(2 * abs(squared) ** 0.5, 1e-9)
    sheet.put(f"mmd of 1000 codes{suffix}", (max(squared, 0.0) ** 0.5, of_card))
    if suffix == "" and model.variational:
        as_prior = measures.as_if_prior(mu, log_var, rng)
        shared, covered = measures.overlap(measures.aggregate(as_prior, log_var), frame, rng, n // 2)
        sheet.put("shared if q were the prior", shared)
        sheet.put("covered if q were the prior", covered)
        sheet.put("aggregated-kl if q were the prior", measures.aggregated_kl(as_prior, log_var, frame, rng, 1))
        sheet.put("mutual-information", sheet["kl"]["value"] - sheet["aggregated-kl"]["value"], "KL − KL(q(z) ‖ p(z))")


def spaces(model, classifier):
    """Where pictures are compared: pixels, and what can be had beside them."""
    found = {"pixels": lambda x: x}
    if classifier is not None:
        found["classifier's logits"] = classifier.logits
        found["classifier's log-probabilities"] = lambda x: torch.log_softmax(classifier.logits(x), 1)
    found["own re-encoding"] = lambda x: model.encode(x)[0]
    return found


def fidelity(sheet, model, x, labels, frame, suffix, classifier, rng, n=400):
    """Generated pictures against held-out ones, beside what real, blurred and constant ones would get."""
    real, other = x[:n], x[n : 2 * n]
    half = other[labels[n : 2 * n] < 5]
    z = frame.sample(n, rng).to(model.dtype)
    means = model.mean(z)
    drawn = torch.from_numpy(rng.random(tuple(means.shape))).to(means.dtype)
    sampled = (drawn < means).to(means.dtype) if model.deviation is None else means + model.deviation * torch.from_numpy(
        rng.standard_normal(tuple(means.shape))).to(means.dtype)
    if suffix:
        for meter, figure in measures.likeness(real, means).items():
            sheet.put(f"data-{meter}{suffix}", figure)
    cases = {
        "": means,
        " of held-out pictures": other,
        " of reconstructions": model.mean(measures.posteriors(model, other)[0]),
        " of half of the classes": half,
        " of blurred pictures": measures.blurred(other, 1.0),
        " of more blurred pictures": measures.blurred(other, 2.0),
        " of the mean picture": real.mean(0, keepdim=True).expand(n, -1),
        " of sampled pixels": sampled,
    }
    for space, feature in () if suffix else spaces(model, classifier).items():
        for case, fake in cases.items():
            for meter, figure in measures.likeness(feature(real), feature(fake)).items():
                sheet.put(f"data-{meter}{case}" + ("" if space == "pixels" else f" in {space}"), figure)
    if classifier is not None:
        many = model.mean(frame.sample(4000, rng).to(model.dtype))
        odds = torch.softmax(classifier.logits(many), 1).max(1).values
        sheet.put(f"classifier-confidence{suffix}", measures.of_mean(odds))


def measure(weights, pictures, labels, classifier, quick):
    rng = np.random.default_rng(SEED)
    model, sheet = Model(weights), Sheet()
    mu, log_var = likelihoods(sheet, model, pictures, rng, quick)
    frames = {"prior": Frame.prior(), "fitted": Frame.of_codes(mu)} if model.latent == 2 else {}
    for name, frame in frames.items():
        if name == "prior" or float(frame.covariance.diagonal().min()) > 1e-12:
            plane(sheet, model, mu, log_var, frame, name, rng, quick)
            suffix = "" if name == "prior" else "-fitted"
            sheet.put(f"neighbour-accuracy{suffix}", measures.neighbour_accuracy(mu[:4000], labels[:4000], frame))
            sheet.put(f"largest-gap{suffix}", measures.largest_gap(mu, frame))
            fidelity(sheet, model, pictures, labels, frame, suffix, classifier, rng)
    return sheet


def models(root):
    """Every shipped model: its name, its weights, the figures of its card, the name of its data, its classifier."""
    for card_file in sorted((root / "pretrained").glob("*/card.json")):
        card, folder = json.loads(card_file.read_text()), card_file.parent
        data = card["run"]["data"]
        data = data if isinstance(data, str) else next(iter(data))
        classifier = folder / "classifier.safetensors"
        classifier = classifier if classifier.exists() else None
        for member in card.get("members", [None]):
            if member is None:
                yield card["name"], folder / "weights.safetensors", card, (data, None), classifier
            else:
                yield f"{card['name']}/{member['name']}", folder / member["weights"], member, (data, card["held_out"]), classifier


def of_card(value):
    """A card's figure, with its interval where it has one."""
    if isinstance(value, dict):
        return value.get("value"), value.get("low"), value.get("high")
    return value, None, None


def compared(card, sheet):
    """A row for each figure that both have: name, card, recomputed, whether they agree within both intervals."""
    rows = []
    one = sheet.get("one draw", {}).get("half", 0.0)
    for name, found in sheet.items():
        stem, _, axis = name.partition(".")
        surgery = card.get("surgery") or card.get("test", {}).get("surgery") or {}
        if name in TEST and name in card.get("test", {}):
            value, low, high = of_card(card["test"][name])
            low, high = card["test"].get(f"{name}_interval") or (low, high)
            # A card without an interval had one draw a picture.
            exact = name in ("kl", "log_px_first_1000", "floor") or "draws" in card["test"]
            drawn = 0.0 if exact else one * (10**0.5 if "first" in name else 1)
            tolerance = TEST[name] + drawn
        elif name in card.get("meters", {}):
            value, low, high = of_card(card["meters"][name])
            found = sheet.get("mmd of 1000 codes", found) if name == "mmd" else found
            tolerance = METERS.get(name, 0.01) * (max(1.0, abs(value)) if name in ("tenth-sigma-nats", "slope-spread") else 1)
        elif name.endswith("-fitted") and name.removesuffix("-fitted") in card.get("fitted", {}):
            stem = name.removesuffix("-fitted")
            value, low, high = of_card(card["fitted"][stem])
            found = sheet.get("mmd of 1000 codes-fitted", found) if stem == "mmd" else found
            tolerance = METERS.get(stem, 0.01) * (max(1.0, abs(value)) if stem in ("tenth-sigma-nats", "slope-spread") else 1)
        elif stem == "gaps" and card.get("test", {}).get("gaps"):
            value, low, high = of_card(card["test"]["gaps"][axis])
            tolerance = 0.02
        elif name in SURGERY and surgery:
            value, low, high = of_card((surgery.get("rate") or {}).get(SURGERY[name]))
            tolerance = 0.02
        elif axis and stem in card:
            value, low, high = card[stem][int(axis)], None, None
            tolerance = max(2e-3 * abs(value), 1e-6)
        else:
            continue
        if value is None:
            continue
        around = max(high - value, value - low) if low is not None and high is not None else 0.0
        slack = tolerance + around + found.get("half", 0.0)
        rows.append((name, value, low, high, found["value"], found.get("half"), abs(found["value"] - value) <= slack))
    return rows


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", action="append", default=[], help="a model, or a family for all of its members")
    options.add_argument("--all", action="store_true")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--root", type=Path, default=ROOT)
    options.add_argument("--data", type=Path, default=os.environ.get("LATENTSCAPE_DATA", ROOT.parent / "shared" / "data"))
    options.add_argument("--digits", type=Path, default=ROOT / "target" / "held-out.zip")
    options.add_argument("--out", type=Path, default=ROOT / "target" / "audit")
    options.add_argument("--again", action="store_true", help="print the tables of what was measured before")
    options = options.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    options.out.mkdir(parents=True, exist_ok=True)
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    print("Python {python}, PyTorch {torch}, numpy {numpy}, scipy {scipy}".format(**versions))
    disagree = 0
    for name, weights, card, (data, held_out), classifier in models(options.root):
        if not (options.all or name in options.model or name.split("/")[0] in options.model):
            continue
        file = options.out / f"{name.replace('/', '.')}.json"
        if not options.again:
            begun = time.time()
            folder, digits = (options.data / data, None) if data in ("mnist", "fashion") else (None, options.digits)
            pictures, labels = (part[:held_out] for part in test_pictures(folder, digits))
            sheet = measure(weights, pictures, labels, classifier and Classifier(classifier), options.quick)
            file.write_text(json.dumps({"model": name, "versions": versions, "quick": options.quick,
                                        "seconds": round(time.time() - begun), "figures": sheet}, indent=1, ensure_ascii=False))
        sheet = json.loads(file.read_text())["figures"]
        print(f"\n## {name}\n\n| figure | card | recomputed | within both intervals? |\n| --- | --- | --- | --- |")
        for figure, value, low, high, found, half, agrees in compared(card, sheet):
            disagree += not agrees
            card_text = f"{value:.4f}" + (f" ({low:.4f} to {high:.4f})" if low is not None and high is not None else "")
            found_text = f"{found:.4f}" + (f" ± {half:.4f}" if half is not None else "")
            print(f"| {figure} | {card_text} | {found_text} | {'yes' if agrees else '**no**'} |")
    print(f"\n{disagree} figures do not agree.")


if __name__ == "__main__":
    main()
