"""What the README promises: its pipeline runs as it stands there, and its request is answered."""

import json
import random
import re
import urllib.request
from pathlib import Path

import pytest

from .test_demo import start

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def block(language):
    """The first block of the README in a language."""
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)[1]


@pytest.fixture
def shops(project):
    """A place with the README's pipeline, and three hundred shops that sell by their area."""
    chance = random.Random(0)
    lines = ["shop,area,staff,city,sales"]
    for number in range(300):
        area, staff = chance.randint(20, 200), chance.randint(1, 20)
        lines.append(f"A{number},{area},{staff},{chance.choice(['Oslo', 'Bergen'])},{area * 10 + chance.random():.2f}")
    (project.folder / "shops.csv").write_text("\n".join(lines) + "\n")
    (project.folder / "dags" / "shop_sales.py").write_text(block("python"))
    return project


def test_the_pipeline_of_the_readme_runs_and_its_request_is_answered(shops):
    """Copied from the README as it stands, the pipeline releases a model, which answers the README's request."""
    shops.headwater("run", "shop_sales")
    body = re.search(r"-d '(.*)'", README)[1].encode()
    server = start(shops, "serve", "shop_sales")
    try:
        url = server.stdout.readline().split(" at ")[1].strip()
        asked = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answered:
            prediction = json.load(answered)["predictions"][0]
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert 500 < prediction["prediction"] < 1100
    assert shops.json("trace", prediction["id"])["complete"]
