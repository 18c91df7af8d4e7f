# SPDX-License-Identifier: Apache-2.0
"""The watch for secrets sees one that is shown: without this, "nothing was found" would prove nothing."""

import os
import subprocess
import time

from fixtures.process import Process
from fixtures.secrecy import files_with, watched_process_list


def test_a_secret_in_an_argument_list_is_seen(tmp_path):
    with watched_process_list("Pw-Shown-1", "Pw-Hidden-1") as found:
        # A second is many times what one pass over the process list takes, also on a busy machine.
        with Process(["sleep", "1"], tmp_path, dict(os.environ)) as quiet:
            quiet.wait(10)
        assert found == []
        with Process(["sh", "-c", "sleep 1", "Pw-Shown-1"], tmp_path, dict(os.environ)) as loud:
            loud.wait(10)
    assert len(found) == 1 and b"Pw-Shown-1" in found[0]


def test_a_short_lived_process_is_seen(tmp_path):
    with watched_process_list("Pw-Short-1") as found:
        end = time.monotonic() + 10
        while not found and time.monotonic() < end:
            subprocess.run(["sh", "-c", "sleep 0.05", "Pw-Short-1"], check=True)
    assert found


def test_a_secret_in_a_file_is_found(tmp_path):
    (tmp_path / "log").write_bytes(b"user bob, password " + "Pw-File-1".encode("utf-16-le"))
    (tmp_path / "given").write_text("Pw-File-1\n")
    (tmp_path / "journal").write_text("{}\n")
    assert files_with(tmp_path, "Pw-File-1", apart_from=[tmp_path / "given"]) == [tmp_path / "log"]
