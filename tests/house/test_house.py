# SPDX-License-Identifier: Apache-2.0
"""The house stands, and the checker would notice if it did not: each rule is shown a planted violation."""

import os
import pathlib
import re

import pytest

import house

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HASH = "# SPDX-License-Identifier: Apache-2.0\n"

# A small tree that keeps all rules, also where a careless checker would see a violation.
SOUND = {
    "README.md": "# rdpprobe\nSee https://host.example/work/it, ./work/x and /tmp.\n",
    "probe/main.c": SPDX + '#include "commands/isolate.h"\n#include "report/text.h"\n'
    '    {"isolate", "find the factor", isolate_command},\n',
    "probe/README.md": "What rdpprobe isolate does: `rdpprobe isolate --help`; rdpprobe has no other command.\n",
    "probe/knowledge/code.c": SPDX + '    {0x59DA, "E_PROXY_RAP_ACCESSDENIED", "refused"},\n',
    "probe/trial/fact.h": SPDX + "#pragma once\nenum fact {\n    FACT_A, // of a\n    FACT_TLS_VERSION,\n"
    "    FACT_GATEWAY_TLS_VERSION,\n    FACT_COUNT\n};\nenum fact_type {\n    FACT_TEXT,\n};\n",
    "probe/trial/fact.c": SPDX + '    [FACT_A] = {"a", "a", FACT_TEXT, "what a is"},\n'
    '    [FACT_TLS_VERSION] = {"tls", "version",\n        FACT_TEXT, "version"},\n'
    '    [FACT_GATEWAY_TLS_VERSION] = {"gateway.tls", "version", FACT_TEXT, "version"},\n',
    "probe/connection/facts.c": SPDX + "void f(void)\n{\n" + "    g(0xFFFF, 0x9E3779B97F4A7C15, 0x8007);\n" * 55
    + "    event_fact(sink, FACT_A, fact_get(facts, FACT_X));\n    tls_fact(FACT_TLS_VERSION);\n}\n",
    "probe/trial/outcome.h": SPDX + "#pragma once\n",
    "probe/trial/outcome.c": SPDX + '#include "trial/outcome.h"\n#include <stdio.h>\n',
    "probe/trial/phase.h": SPDX + "#pragma once\nint phase(int step);\n",
    "probe/trial/phase.c":
    SPDX + '#include "trial/level.h"\n'
    "static int step(struct level *level)\n{\n    return level->phase;\n}\n\n"
    "int phase(int n)\n{\n    return n + level_of(n) + step(0);\n}\n",
    "probe/trial/level.h": SPDX + '#pragma once\n#include "trial/phase.h"\nint level_of(int n);\n',
    "probe/trial/level.c":
    SPDX + '#include "trial/level.h"\n'
    "int level_of(struct phase *of)\n{\n    return of->phase;\n}\n\nint step(void)\n{\n    return 1;\n}\n",
    "probe/connection/connection.h": SPDX + "#pragma once\n",
    "probe/connection/finish.h": SPDX + '#pragma once\n#include "connection/connection.h"\n',
    "probe/connection/tap.c": SPDX + '#include <freerdp/freerdp.h>\n#include "trial/outcome.h"\n',
    "probe/runner/worker.h": SPDX + "#pragma once\n",
    "probe/runner/worker.c": SPDX + '#include "connection/observe/tap.h"\n',
    "probe/analysis/isolation.c":
    SPDX + '#include "trial/outcome.h"\n#include "knowledge/cause.h"\n#include <stdio.h>\n'
    "// As trial/outcome.h, README.md and FreeRDP's libfreerdp/core/tcp.h have it: 0x59DA\n"
    '// printf("x") and time(0) and "runner/worker.h"\n/* #include "runner/worker.h" */\n'
    'int f(struct o *o) { return o->read(o) + o->time + snprintf(0, 0, "fopen(stderr)") + trial_time(o); }\n',
    "probe/report/text.c": SPDX + '#include "analysis/isolation.h"\n',
    "probe/report/CMakeLists.txt": HASH + "room(report text.c)\ntarget_link_libraries(report PUBLIC analysis trial)\n",
    "tests/lab/server.c": SPDX + '#include "rule.h"\n#include <winpr/crt.h>\n',
    "tests/lab/gateway/tunnel.c": SPDX + '#include "../rule.h"\n',
    "tests/unit/CMakeLists.txt": HASH + "#   unit_test(MODULE room...)\nunit_test(outcome trial)\n",
    "tests/unit/outcome_test.c": SPDX + '#include "trial/outcome.h"\n#include <freerdp/error.h>\n',
    "ci/test": "#!/bin/sh\n" + HASH,
    "scenarios/core.yaml": "targets: []\n",
}

# For each rule: a file, its text in place of what the sound tree has there, and what the complaint says.
PLANTED = [
    (house.rooms_include_only_what_they_may, (
        ("probe/trial/x.c", SPDX + '#include "knowledge/code.h"\n', "trial/ may not include knowledge/"),
        ("probe/knowledge/x.c", SPDX + '#include "trial/trial.h"\n', "knowledge/ may not include trial/"),
        ("probe/connection/x.c", SPDX + '# include "analysis/a.h"\n', "connection/ may not include analysis/"),
        ("probe/scenario/x.h", SPDX + '#include "connection/c.h"\n', "scenario/ may not include connection/"),
        ("probe/analysis/x.c", SPDX + '#include "runner/r.h"\n', "analysis/ may not include runner/"),
        ("probe/analysis/x.c", SPDX + "#include <connection/c.h>\n", "analysis/ may not include connection/"),
        ("probe/report/x.c", SPDX + '#include "runner/r.h"\n', "report/ may not include runner/"),
        ("probe/report/x.c", SPDX + '#include "connection/c.h"\n', "report/ may not include connection/"),
        ("probe/runner/x.c", SPDX + '#include "analysis/a.h"\n', "runner/ may not include analysis/"),
        ("probe/trial/x.c", SPDX + '#include "../runner/r.h"\n', "a way up"),
    )),
    (house.freerdp_stays_in_connection, (
        ("probe/trial/x.h", SPDX + "#include <freerdp/error.h>\n", "connection/ and tests/"),
        ("probe/main.c", SPDX + "#include <winpr/wlog.h>\n", "connection/ and tests/"),
    )),
    (house.analysis_is_pure, (
        ("probe/analysis/x.c", SPDX + 'void f(void) { printf("x"); }\n', "printf"),
        ("probe/analysis/x.c", SPDX + "int f(void) { return open(0, 0); }\n", "open"),
        ("probe/analysis/x.c", SPDX + "long f(void) { return time(0); }\n", "time"),
        ("probe/analysis/x.c", SPDX + "\n\nint f(void) { return clock_gettime (0, 0); }\n", ":4: clock_gettime"),
        ("probe/analysis/x.c", SPDX + "#include <time.h>\n", "<time.h>"),
        ("probe/analysis/x.c", SPDX + "void *f(void) { return stderr; }\n", "stderr"),
    )),
    (house.the_lab_shares_nothing_with_the_product, (
        ("tests/lab/x.c", SPDX + '#include "trial/fact.h"\n', "independent"),
        ("tests/lab/x.c", SPDX + '#include "../../probe/trial/fact.h"\n', "independent"),
    )),
    (house.rooms_link_only_what_they_include, (
        ("probe/report/CMakeLists.txt", HASH + "target_link_libraries(report\n  PUBLIC analysis runner)\n",
         "report may not link runner"),
        ("probe/trial/CMakeLists.txt", HASH + "target_link_libraries(trial PRIVATE PkgConfig::FREERDP)\n",
         "FreeRDP belongs"),
        ("tests/lab/CMakeLists.txt", HASH + "target_link_libraries(rdplab PRIVATE trial)\n", "the lab uses nothing"),
    )),
    (house.only_known_folders, (
        ("docs/notes.md", "", "top level"),
        ("probe/network/socket.c", SPDX, "not a room"),
        ("probe/version.h", SPDX, "in a room"),
    )),
    (house.no_drawers, (
        ("probe/trial/utils.c", SPDX, "a drawer"),
        ("tests/e2e/json_helpers.py", HASH, "a drawer"),
    )),
    (house.every_source_file_names_its_licence, (
        ("probe/trial/x.c", "#include <stdio.h>\n" + SPDX, "SPDX"),
        ("ci/demo", "#!/bin/sh\nset -eu\n", "SPDX"),
    )),
    (house.files_stay_small, (("probe/trial/x.c", SPDX + "\n" * 800, "801 lines"),)),
    (house.lines_fit, (("probe/trial/x.c", SPDX + "/" * 121, ":2: is 121 columns"),)),
    (house.no_machine_paths, (
        ("README.md", "run " + "/work" + "/main/build/probe/rdpprobe\n", "one machine"),
        ("ci/test", "#!/bin/sh\n" + HASH + "cd /tmp" + "/build-house\n", ":3: "),
    )),
    (house.headers_are_guarded, (("probe/trial/x.h", SPDX + "int x;\n", "pragma once"),)),
    (house.functions_fit_one_screen, (
        ("probe/trial/x.c", SPDX + "\nstatic int f(int a,\n             int b)\n{\n" + "    a();\n" * 57 + "}\n",
         ":3: a function of 61 lines"),
        ("tests/lab/x.c", SPDX + "int f(void)\n{\n}\n\nint g(void)\n{\n" + "\n" * 60 + "}\n",
         ":6: a function of 63"),
    )),
    (house.codes_have_names, (
        ("probe/analysis/x.c", SPDX + "\nenum { RAP_DENIED = 0x59da };\n", ":3: 0x59da: a code has its name"),
        ("probe/report/x.c", SPDX + "int f(void) { return code == 0xC000006Du; }\n", "0xC000006D"),
        ("probe/connection/x.c", SPDX + "#define DENIED 0x80075A00u\n", "0x80075A00"),
    )),
    (house.facts_are_seen_and_have_words, (
        ("probe/trial/fact.c", SOUND["probe/trial/fact.c"].replace("what a is", ""), "no words"),
        ("probe/trial/fact.c", SPDX + SOUND["probe/trial/fact.c"].split("\n", 2)[2], "no words"),
        ("probe/connection/facts.c",
         SPDX + "int f(void) { return fact_text(facts(0), FACT_A) + set(FACT_TLS_VERSION); }\n",
         "FACT_A: nobody sets it"),
    )),
    (house.commands_exist, (
        ("README.md", "Then:\n\n    rdpprobe\n    compare a b\n", ":3: 'rdpprobe compare'"),
        ("scenarios/core.yaml", "# rdpprobe compare a b\ntargets: []\n", "no such command"),
        ("ci/test", "#!/bin/sh\n" + HASH + "rdpprobe doctor\n", "no such command"),
        ("probe/report/text.c", SPDX + 'const char *text = "see rdpprobe explain 7";\n', "no such command"),
    )),
    (house.comments_cite_what_is_here, (
        ("probe/trial/x.c", SPDX + "\n// as design.md lays it down\n", ":3: cites 'design.md'"),
        ("probe/trial/x.c", SPDX + "/* see\n * trial/income.h */\n", ":3: cites 'trial/income.h'"),
        ("probe/trial/x.c", SPDX + "int x; // it is so (facts: measured)\n", "cites 'facts'"),
        ("ci/test", "#!/bin/sh\n" + HASH + "# see tests/lab/fault.c\n", "cites 'tests/lab/fault.c'"),
    )),
    (house.unit_tests_are_registered, (
        ("tests/unit/phase_test.c", SPDX, "no unit_test(phase"),
        ("tests/unit/CMakeLists.txt", HASH + "unit_test(outcome trial)\nunit_test(phase trial)\n", "no phase_test.c"),
    )),
    (house.modules_call_in_no_circle, (
        ("probe/trial/level.c", SPDX + '#include "trial/level.h"\nint level_of(int n)\n{\n    return phase(n);\n}\n',
         ":5: calls in a circle: level -> phase -> level"),
        ("probe/trial/level.c", SPDX + '#include "trial/level.h"\nint level_of(int n)\n{\n    return each(phase);\n}\n',
         "a circle"),
    )),
    (house.parts_of_a_connection_know_no_whole, (
        ("probe/connection/observe/x.c", SPDX + '#include "connection/connection.h"\n', "below the connection"),
        ("probe/connection/gateway/x.h", SPDX + '#include "connection/finish.h"\n', "below the connection"),
    )),
]
CASES = [(rule, *case) for rule, cases in PLANTED for case in cases]


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_house(rule):
    found = house.violations(SOURCE, [rule])
    assert not found, "\n" + "\n".join(found)


def test_the_checker_sees_the_real_sources():
    paths = [str(path) for path in house.Tree(SOURCE).paths]
    assert "probe/main.c" in paths and "tests/house/house.py" in paths
    assert not [path for path in paths if re.match(r"build|\.git/", path)]


def test_a_sound_tree_has_no_violation(tmp_path):
    assert house.violations(plant(tmp_path, SOUND)) == []


@pytest.mark.parametrize("rule, name, text, complaint", CASES,
                         ids=[f"{rule.__name__}-{number}" for number, (rule, *_) in enumerate(CASES)])
def test_a_planted_violation_is_found(tmp_path, rule, name, text, complaint):
    found = house.violations(plant(tmp_path, {**SOUND, name: text}), [rule])
    assert len(found) == 1 and complaint in found[0], found
    assert rule is house.facts_are_seen_and_have_words or found[0].startswith(f"{name}:"), found


def test_every_rule_has_a_planted_violation():
    assert {rule for rule, _ in PLANTED} == set(house.RULES)
