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
    "probe/main.c": SPDX + '#include "commands/isolate.h"\n#include "report/text.h"\n',
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
    "probe/runner/worker.c": SPDX + '#include "connection/observe/tap.h"\n',
    "probe/analysis/isolation.c":
    SPDX + '#include "trial/outcome.h"\n#include "knowledge/cause.h"\n#include <stdio.h>\n'
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


def test_the_circles_that_are_let_pass_still_stand():
    found = [set(modules) for _, _, modules in house.circles(house.Tree(SOURCE))]
    assert not [standing for standing in house.STANDING_CIRCLES if not any(standing >= circle for circle in found)]


def test_a_sound_tree_has_no_violation(tmp_path):
    assert house.violations(plant(tmp_path, SOUND)) == []


@pytest.mark.parametrize("rule, name, text, complaint", CASES,
                         ids=[f"{rule.__name__}-{number}" for number, (rule, *_) in enumerate(CASES)])
def test_a_planted_violation_is_found(tmp_path, rule, name, text, complaint):
    found = house.violations(plant(tmp_path, {**SOUND, name: text}), [rule])
    assert len(found) == 1 and found[0].startswith(f"{name}:") and complaint in found[0], found


def test_every_rule_has_a_planted_violation():
    assert {rule for rule, _ in PLANTED} == set(house.RULES)
