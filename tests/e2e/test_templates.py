# SPDX-License-Identifier: Apache-2.0
"""The templates under ci/: they parse, and every command and option of rdpprobe in them exists."""

import os
import pathlib
import re
import subprocess

import pytest

yaml = pytest.importorskip("yaml")

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))
YAML = ["github-actions.yml", "gitlab-ci.yml", "kubernetes-indexed-job.yaml"]
SHELL = ["slurm-array.sh", "gnu-parallel.sh"]
# rdpprobe COMMAND and all that follows it up to the end of the shell's command.
CALL = re.compile(r"(?:\brdpprobe|\$program'?\"?|\$\{RDPPROBE:-rdpprobe\}\")\s+(matrix|report|connect|isolate)\b"
                  r"((?:\\\n|[^\n;&|])*)")


def text_of(name):
    return (SOURCE / "ci" / name).read_text()


def calls(text):
    """(command, its options) of each call outside comments; a folded YAML line goes on in the next."""
    code = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    code = re.sub(r"\n {6,}(?=scenarios/)", " ", code)
    for command, rest in CALL.findall(code):
        yield command, re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest)


@pytest.mark.parametrize("name", YAML)
def test_yaml_parses(name):
    assert isinstance(yaml.safe_load(text_of(name)), dict)


@pytest.mark.parametrize("name", SHELL)
def test_shell_parses(name):
    subprocess.run(["sh", "-n", SOURCE / "ci" / name], check=True)


@pytest.mark.parametrize("name", YAML + SHELL)
def test_each_says_when_to_use_it(name):
    assert "# When to use it: " in text_of(name)


@pytest.mark.parametrize("name", YAML + SHELL)
def test_commands_and_options_exist(name, rdpprobe):
    found = list(calls(text_of(name)))
    assert found, f"{name} calls no command of rdpprobe"
    for command, options in found:
        known = set(re.findall(r"--[a-z][a-z-]*", rdpprobe(command, "--help").stdout))
        assert set(options) <= known, f"{name}: {command} has no {set(options) - known}"


@pytest.mark.parametrize("name", YAML + SHELL)
def test_shards_count_failed_logons_together_or_divide_them(name):
    text = text_of(name)
    code = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    assert "XDG_STATE_HOME" in code or re.search(r"--own-ledger --max-failed-logons \d+", code)
    assert "XDG_STATE_HOME" in text and "OWN_LEDGER" in text.upper().replace("-", "_")


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_pipelines_run_the_smoke_scenario_in_shards(name):
    text = text_of(name)
    assert "scenarios/smoke.yaml" in text and (SOURCE / "scenarios" / "smoke.yaml").exists()
    assert "--merge" in text


def test_gitlab_publishes_what_the_job_writes():
    jobs = yaml.safe_load(text_of("gitlab-ci.yml"))
    probe = jobs["rdp-smoke"]
    assert probe["parallel"] > 1
    assert probe["artifacts"]["reports"]["junit"] == "shard-*.xml" and "junit=shard-" in probe["script"][0]


def test_kubernetes_tells_its_pods_how_many_they_are():
    spec = yaml.safe_load(text_of("kubernetes-indexed-job.yaml"))["spec"]
    variables = {item["name"]: item.get("value") for item in spec["template"]["spec"]["containers"][0]["env"]}
    assert spec["completionMode"] == "Indexed" and variables["RDPPROBE_SHARDS"] == str(spec["completions"])
