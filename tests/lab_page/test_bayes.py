"""The page sums the Bayes error of two clouds on a coarser grid than Python does, and shows the same number."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from byhand.data.gaussian_pair import GAUSSIAN_PAIRS
from waiting import HANG

NODE = shutil.which("node")
AGREE = 5e-6  # of 1: the page sums 300 × 300 points, and shows two places of a percentage


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_page_s_bayes_error_is_python_s_as_far_as_it_is_shown() -> None:
    clouds = {
        name: [[*centre, *np.sqrt(np.diag(covariance))] for centre, covariance in zip(*parts, strict=True)]
        for name, pair in GAUSSIAN_PAIRS.items()
        for parts in [(pair.means.tolist(), pair.covariances)]
    }
    script = str(Path(__file__).with_name("bayes.mjs"))
    done = subprocess.run(
        [str(NODE), script, json.dumps(clouds)], capture_output=True, text=True, timeout=HANG, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    for name, pair in GAUSSIAN_PAIRS.items():
        assert found[name]["error"] == pytest.approx(pair.bayes_error(), abs=AGREE), name
        assert found[name]["shown"] == f"{100 * pair.bayes_error():.2f}\u00a0%", name
    assert found["gaussians"]["error"] == pytest.approx(0.117748, abs=AGREE)
    assert found["gaussians-equal"]["error"] == pytest.approx(0.0786496, abs=AGREE)  # Φ(−√2), by hand
