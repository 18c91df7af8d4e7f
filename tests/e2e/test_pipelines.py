# SPDX-License-Identifier: Apache-2.0
"""The jobs for GitHub and GitLab, as they stand in the templates: by the schemas of the two, and every line of theirs
run in a fresh clone, shard by shard, with artifacts carried from job to job as the two do it. And the pods of the
Kubernetes job: the same command, environment and volumes."""

import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

from fixtures.lab import built
from fixtures.matrix import addresses, connections, lines, planned
from fixtures.process import wait_until

yaml = pytest.importorskip("yaml")

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))
USER, PASSWORD = "probe", "Pipeline-Pw1"  # the user that the scenario names
SCHEMAS = {"github-actions.yml": ["vendor.github-workflows"],
           "gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]}


def load(name):
    return yaml.safe_load((SOURCE / "ci" / name).read_text())


@pytest.mark.skipif(shutil.which("check-jsonschema") is None, reason="check-jsonschema is not installed (pipx has it)")
@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_takes_it(name):
    subprocess.run(["check-jsonschema", "--builtin-schema", *SCHEMAS[name], SOURCE / "ci" / name], check=True)


class Runner:
    """A machine that runs jobs: each in a workspace of its own, with rdpprobe on its PATH."""

    def __init__(self, rdpprobe, folder, hosts):
        self.folder, self.hosts = folder, hosts
        self.environment = {**rdpprobe.environment, "CI": "true",
                            "PATH": f"{pathlib.Path(built('rdpprobe')).parent}:{rdpprobe.environment['PATH']}"}

    def workspace(self, name, clone=True):
        """A fresh clone of a project that has the scenarios and its list of hosts; or an empty folder."""
        workspace = self.folder / name
        workspace.mkdir()
        if clone:
            shutil.copytree(SOURCE / "scenarios", workspace / "scenarios")
            (workspace / "hosts.txt").write_text("".join(f"{host}\n" for host in self.hosts))
        return workspace

    def run(self, workspace, script, shell, variables):
        return subprocess.run([*shell, script], cwd=workspace, env={**self.environment, **variables}, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False)


def artifacts(workspace, patterns, to):
    """Copies what a job keeps; at least one file a pattern, as both warn or fail otherwise."""
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        found = list(workspace.glob(pattern))
        assert found, f"{pattern}: no such file in {sorted(path.name for path in workspace.iterdir())}"
        for path in found:
            shutil.copy(path, to)


def github(runner):
    """Both jobs: (statuses of the shards, result of the report's job, its summary, its workspace)."""
    jobs = load("github-actions.yml")["jobs"]
    kept, statuses = runner.workspace("kept", clone=False), []
    for shard in jobs["probe"]["strategy"]["matrix"]["shard"]:
        workspace = runner.workspace(f"shard-{shard}")

        def filled(text, shard=shard):
            text = text.replace("${{ matrix.shard }}", str(shard))
            return text.replace("${{ secrets.RDPPROBE_PASSWORD }}", PASSWORD)

        for step in jobs["probe"]["steps"]:
            if "run" in step:
                variables = {name: filled(value) for name, value in step.get("env", {}).items()}
                result = runner.run(workspace, filled(step["run"]), ["bash", "-e", "-o", "pipefail", "-c"], variables)
                statuses.append(result.returncode)
                assert result.stderr == "", result
            elif step["uses"].startswith("actions/upload-artifact@"):
                assert step["if"] == "always()" and filled(step["with"]["name"]) == f"shard-{shard}"
                artifacts(workspace, filled(step["with"]["path"]), kept)
    workspace, summary = runner.workspace("report", clone=False), runner.folder / "summary"
    for step in jobs["report"]["steps"]:
        if "run" in step:
            result = runner.run(workspace, step["run"], ["bash", "-e", "-o", "pipefail", "-c"],
                                {"GITHUB_STEP_SUMMARY": str(summary)})
        elif step["uses"].startswith("actions/download-artifact@"):
            assert step["with"] == {"pattern": "shard-*", "merge-multiple": True}
            artifacts(kept, "shard-*", workspace)
        elif step["uses"].startswith("actions/upload-artifact@"):
            artifacts(workspace, step["with"]["path"], runner.workspace("published", clone=False))
    assert not re.search(r"\$\{\{(?! (matrix\.shard|secrets\.RDPPROBE_PASSWORD) \}\})",
                         (SOURCE / "ci" / "github-actions.yml").read_text()), "an expression that nobody fills in here"
    return statuses, result, summary.read_text(), runner.folder / "published"


def gitlab(runner):
    """Both jobs: (statuses of the shards, result of the report's job, what it says, what is published)."""
    jobs = load("gitlab-ci.yml")
    probe, report = jobs["rdp-smoke"], jobs["rdp-smoke-report"]
    kept, published = (runner.workspace(name, clone=False) for name in ("kept", "published"))
    statuses = []
    for index in range(1, probe["parallel"] + 1):
        workspace = runner.workspace(f"node-{index}")
        result = runner.run(workspace, "\n".join(probe["script"]), ["bash", "-e", "-o", "pipefail", "-c"],
                            {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(probe["parallel"]),
                             "RDPPROBE_PASSWORD": PASSWORD})
        statuses.append(result.returncode)
        artifacts(workspace, probe["artifacts"]["paths"], kept)
        artifacts(workspace, probe["artifacts"]["reports"]["junit"], published)
    workspace = runner.workspace("report")
    artifacts(kept, "*", workspace)
    result = runner.run(workspace, "\n".join(report["script"]), ["bash", "-e", "-o", "pipefail", "-c"], {})
    assert report["when"] == report["artifacts"]["when"] == probe["artifacts"]["when"] == "always"
    artifacts(workspace, report["artifacts"]["paths"], published)
    return statuses, result, result.stdout, published


PIPELINES = pytest.mark.parametrize("pipeline", [github, gitlab])


@PIPELINES
def test_hosts_that_are_well(pipeline, lab, rdpprobe, scratch):
    server = lab("--bind", "0.0.0.0", user=USER, password=PASSWORD)
    runner = Runner(rdpprobe, scratch("runner"), [f"{address}:{server.port}" for address in addresses(9)])
    statuses, result, text, published = pipeline(runner)
    assert set(statuses) == {0} and result.returncode == 0, result
    assert "smoke: every expectation is met: 9 targets, 9 trials" in text
    cases = [case for path in published.glob("*.xml")
             for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase")]
    assert len({case.get("name") for case in cases}) == len(cases) == 9
    assert not any(PASSWORD in path.read_text() for path in runner.folder.rglob("*") if path.is_file())


@PIPELINES
def test_a_host_that_is_not(pipeline, lab, rdpprobe, scratch):
    """One job of the shards fails, and so does the one that joins them, with the same sentence."""
    account = {"user": USER, "password": PASSWORD}
    server, other = lab("--bind", "0.0.0.0", **account), lab("--fault", "tls:close", **account)
    hosts = [f"{address}:{server.port}" for address in addresses(5)] + [f"127.0.0.1:{other.port}"]
    runner = Runner(rdpprobe, scratch("runner"), hosts)
    statuses, result, text, published = pipeline(runner)
    assert sorted(set(statuses)) == [0, 1] and statuses.count(1) == 1, statuses
    assert result.returncode == 1, result
    assert "2 expectations unmet in 1 of 6 trials, on 1 of 6 targets" in text.replace("\n", " "), text
    assert sum(path.read_text().count("<failure") for path in published.glob("*.xml")) == 1
    assert f"127.0.0.1:{other.port}" in text


def test_the_pods_of_the_kubernetes_job(lab, rdpprobe, scratch):
    """All of them, one killed on the way and started again; the volumes' paths are the only thing that differs."""
    spec = load("kubernetes-indexed-job.yaml")["spec"]
    pod = spec["template"]["spec"]["containers"][0]
    server = lab("--bind", "0.0.0.0", user=USER, password=PASSWORD)
    folders = {volume["mountPath"]: scratch(volume["name"]) for volume in pod["volumeMounts"]}
    fleet, results = folders["/fleet"], folders["/results"]
    hosts = [f"{address}:{server.port}" for address in addresses(30)]
    (fleet / "fleet.csv").write_text("host\n" + "".join(f"{host}\n" for host in hosts))
    (fleet / "scenario.yaml").write_text("\n".join([
        "targets: {file: fleet.csv}", f"credentials: {{user: {USER}, password: {{environment: RDPPROBE_PASSWORD}}}}",
        "variants: [{security: nla}, {security: tls}]", "limits: {pause: 0.001}", "expect: connected", ""]))
    here = {item["name"]: item.get("value") or PASSWORD for item in pod["env"]}  # all else comes from the secret

    def moved(text):
        for path, folder in folders.items():
            text = text.replace(path, str(folder))
        return text

    def start(index):
        variables = {**rdpprobe.environment, **{name: moved(value) for name, value in here.items()},
                     "PATH": f"{pathlib.Path(built('rdpprobe')).parent}:{rdpprobe.environment['PATH']}",
                     "JOB_COMPLETION_INDEX": str(index)}
        return subprocess.Popen([*pod["command"], *map(moved, pod["args"])], env=variables, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    for index in range(spec["completions"]):
        if index == 1:  # killed before it has got far
            with start(index) as killed:
                journal = results / f"shard-{index}.jsonl"
                assert wait_until(lambda: planned(lines(journal)), 20)
                killed.kill()
        with start(index) as process:
            text, _ = process.communicate(timeout=60)
            assert process.returncode == 0, text
    journals = sorted(results.glob("shard-*.jsonl"))
    assert len(journals) == spec["completions"] and (results / "state" / "rdpprobe" / "logons.json").exists()
    report = rdpprobe("report", "--merge", *journals)
    assert report.status == 0, report
    assert report.stdout.startswith("scenario: every expectation is met: 30 targets, 60 trials\n")
    headers = [record for journal in journals for record in lines(journal) if record["record"] == "run"]
    assert {header["shard"]["source"] for header in headers} == {"JOB_COMPLETION_INDEX"}
    assert [header["resumed"] for header in headers].count(True) == 1
    assert 60 <= len(connections(server)) <= 60 + 64  # what was in flight when one was killed came again
