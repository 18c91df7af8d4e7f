# SPDX-License-Identifier: Apache-2.0
"""What is this machine's, or the journal's, is never taken for the target's."""


def test_a_journal_of_several_targets_asks_for_one(lab, rdpprobe, tmp_path):
    journal = tmp_path / "fleet.jsonl"
    server = lab(user="bob", password="Local-Pw1")
    for _ in range(2):
        for host in ("127.0.0.1", "127.0.0.2"):
            rdpprobe("connect", "--until", "tls", "--journal", journal, f"{host}:{server.port}")
    result = rdpprobe("isolate", "--from", journal)
    assert (result.status, result.stdout) == (2, ""), result
    assert f"127.0.0.1:{server.port}" in result.stderr and f"127.0.0.2:{server.port}" in result.stderr
    assert "TARGET" in result.stderr
    assert rdpprobe("isolate", "--from", journal, f"127.0.0.2:{server.port}").status != 2


def test_a_failure_of_this_machine_is_never_studied(lab, rdpprobe):
    server = lab(user="bob", password="Local-Pw1")
    result = rdpprobe("isolate", "--json", "--user", "bob", "--pause", "0", server.target, password="Local-Pw1",
                      environment={"OPENSSL_MODULES": "/nonexistent"})
    assert result.status == 3, result
    assert result.verdict["verdict"] == "stopped" and result.verdict.get("cause", []) == []
    assert len(result.trials) == 1 and result.trial["outcome"]["name"] == "LEGACY_PROVIDER_MISSING"


def test_what_could_not_be_run_is_not_green(lab, rdpprobe, tmp_path):
    server = lab(user="bob", password="Local-Pw1")
    scenario, junit, summary = tmp_path / "days.yaml", tmp_path / "junit.xml", tmp_path / "summary.json"
    scenario.write_text(f"targets: ['{server.target}']\ncredentials: {{user: bob, password: {{environment: "
                        "RDPPROBE_PASSWORD}}\nexpect: ['ms < 100000']\n")
    result = rdpprobe("matrix", "--report", f"junit={junit}", "--report", f"json={summary}", scenario,
                      password="Local-Pw1", environment={"OPENSSL_MODULES": "/nonexistent"})
    assert result.status == 3, result
    assert "1 of 1 trial could not be run" in result.stdout and "every expectation is met" not in result.stdout
    assert 'errors="1"' in junit.read_text()
    assert '"could_not_run":1' in summary.read_text() and '"met":false' in summary.read_text()
