"""The gallery: a page of figures from the results of a study, with pictures of limited size."""

import io
import math
import sys

import numpy as np
import pytest
import yaml
from PIL import Image

from locations import ROOT, script
from softness import configuration, verdicts
from softness.files.claims import write_claims_table
from softness.verdicts import Claim

gallery = script("gallery")


def claim(name, verdict, value=math.nan, doubt=""):
    facts = {
        "figure": "1.3",
        "claim": "It relaxes | in two steps",
        "origin": "1.4",
        "source": "none",
    }
    return Claim(
        name=name,
        rule="above 0",
        above=0.0,
        value=value,
        low=value - 0.1,
        high=value + 0.1,
        units="4 replicas",
        verdict=verdict,
        doubt=doubt,
        **facts,
    )


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results" / "tried"
    (folder / "figures").mkdir(parents=True)
    config = configuration.load(ROOT / "config" / "smoke.yaml", settings={"study": "tried"})
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    noise = np.random.default_rng(1).integers(0, 256, size=(700, 900, 3), dtype=np.uint8)
    for number in ("1.3", "3.2"):
        Image.fromarray(noise).save(folder / "figures" / f"{number}.png")
    found = [
        claim("slope of F_s", "reproduced", 0.5),
        claim("fall", "inconclusive", 0.25, doubt="too short"),
        claim("stretching", "not tested"),
    ]
    write_claims_table(folder / "claims.csv", found)
    return folder


def test_the_page_has_the_figures_that_there_are(results, tmp_path, monkeypatch):
    docs = tmp_path / "docs"
    monkeypatch.setattr(gallery, "SIZE", 400_000)
    monkeypatch.setattr(sys, "argv", ["gallery", str(results), "--docs", str(docs)])
    gallery.main()
    page = (docs / "results.md").read_text()
    assert "# Results of the tried study" in page
    counts = "1 reproduced, 0 not reproduced, 1 inconclusive, 1 not tested"
    assert counts in page.replace("\n", " ")
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert [line.split(":")[0] for line in headings[1:]] == [
        "## Chapter 1",
        "### Figure 1.3",
        "## Chapter 3",
        "### Figure 3.2",
    ]
    row = r"| It relaxes \| in two steps | slope of F\_s | 0.5 (0.4 to 0.6) | **reproduced** |"
    assert row in page
    assert "| **inconclusive**: too short |" in page
    assert "Not tested: stretching." in page
    assert "within the next 2 tau" in page.replace("\n", " ")
    assert {path.name for path in (docs / "figures").iterdir()} == {"1.3.png", "3.2.png"}
    claims = (docs / "laptop.md").read_text().replace("\n", " ")
    assert f"3 claims, {counts}. So 1 of the 2 that were tested are decided." in claims
    row = r"| 1.3 | slope of F\_s | 0.5 (0.4 to 0.6) | above 0 | reproduced | 100, 100 | 100, 100 |"
    assert row in claims


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (verdicts.above(0.1), "above 0.1"),
        (verdicts.every(verdicts.below(0.8)), "each below 0.8"),
        (verdicts.equal(1.0, 0.2), "within 1 ± 0.2"),
        (verdicts.Trend(above=0.0), "trend above 0"),
    ],
)
def test_rules_are_short_in_a_table(rule, text):
    assert gallery.short(rule.sentence) == text


def test_a_picture_gets_narrower_until_its_file_is_small():
    x, y = np.meshgrid(np.linspace(0, 1, 1600), np.linspace(0, 1, 800))
    waves = [0.5 + 0.5 * np.sin(40 * x * each + 30 * y) for each in (1, 2, 3)]
    picture = Image.fromarray(np.uint8(255 * np.stack(waves, axis=-1)))
    data = gallery.small(picture)
    with Image.open(io.BytesIO(data)) as found:
        assert found.width in gallery.WIDTHS
        assert found.width / found.height == pytest.approx(2, rel=0.01)
        shown = np.asarray(found.convert("RGB"), dtype=float)
        given = np.asarray(picture.resize(found.size), dtype=float)
    assert np.abs(shown - given).mean() < 20


def test_results_without_figures_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["gallery", str(tmp_path)])
    with pytest.raises(SystemExit, match="no figures: run the study first"):
        gallery.main()
