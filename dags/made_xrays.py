"""Chest X-rays, made up from a seed: what was measured on each image, and what a radiologist found.

They have the shape of real ones: several images a patient, most without a finding, about one in a hundred
with a hernia. What is measured is blurred by the view and by an older scanner, and some images are too dark
for anybody to read. Nobody here is real.
"""

import numpy as np
import pandas as pd

SEED, PATIENTS = 15, 3_400
FINDINGS = ("none", "effusion", "oedema", "mass", "hernia")
_SHARES = (0.63, 0.16, 0.11, 0.09, 0.01)
MEASURED = ("angle_blunting", "vessel_width", "nodule_mm", "gas_above_diaphragm", "heart_ratio", "opacity")
_TYPICAL = {
    "none": (0.10, 1.00, 1.0, 0.05, 0.46, 0.20),
    "effusion": (0.62, 1.08, 1.2, 0.05, 0.49, 0.42),
    "oedema": (0.22, 1.62, 1.3, 0.05, 0.56, 0.52),
    "mass": (0.13, 1.03, 16.0, 0.06, 0.47, 0.33),
    "hernia": (0.18, 1.04, 5.0, 0.42, 0.50, 0.28),
}
_SPREAD = (0.17, 0.24, 4.5, 0.16, 0.05, 0.12)


def xrays() -> pd.DataFrame:
    """Give the images, one a row, known by `image`; a patient has one to eight of them, of one sex and growing age."""
    rng = np.random.default_rng(SEED)
    images = rng.integers(1, 9, PATIENTS).clip(max=rng.integers(1, 9, PATIENTS))
    patient = np.repeat(np.arange(PATIENTS), images)
    follow_up = np.concatenate([np.arange(count) for count in images])
    ill_with = rng.choice(len(FINDINGS), PATIENTS, p=_SHARES)
    another = rng.choice(len(FINDINGS), len(patient), p=_SHARES)
    finding = np.where(rng.random(len(patient)) < 0.75, ill_with[patient], another)
    frame = pd.DataFrame({
        "image": [f"{one:05d}_{number:03d}" for one, number in zip(patient, follow_up, strict=True)],
        "patient": [f"P{one:05d}" for one in patient],
        "age": (rng.normal(55, 17, PATIENTS).clip(2, 94)[patient] + follow_up).astype(int),
        "sex": rng.choice(["female", "male"], PATIENTS, p=[0.44, 0.56])[patient],
        "view": rng.choice(["front", "lying"], len(patient), p=[0.6, 0.4]),
        "hospital": rng.choice(["north", "south", "harbour"], PATIENTS, p=[0.5, 0.3, 0.2])[patient],
        "scanner": rng.choice(["A2", "A3", "B1"], len(patient), p=[0.35, 0.45, 0.2]),
        "brightness": rng.normal(0.5, 0.09, len(patient)).round(3),
        "finding": np.array(FINDINGS, dtype=object)[finding],
    })
    return frame.assign(**_measured(frame, finding, rng))


def _measured(frame: pd.DataFrame, finding: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Measure each image: typical values of its finding, blurred more in patients lying down and on scanner B1."""
    typical = np.array([_TYPICAL[name] for name in FINDINGS])[finding]
    blur = 1 + 0.3 * (frame["view"] == "lying") + 0.9 * (frame["scanner"] == "B1")
    values = typical + rng.normal(0, _SPREAD, typical.shape) * blur.to_numpy()[:, None]
    return {name: values[:, place].clip(min=0).round(4) for place, name in enumerate(MEASURED)}
