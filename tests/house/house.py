# SPDX-License-Identifier: Apache-2.0
"""The rules of the house, checked from the sources: which room includes which, and what a source file looks like.

    python3 tests/house/house.py [TREE]    prints violations as "path:line: sentence"; exit status 1 if there is one

Each rule is a function below that yields (path, line, sentence); RULES is their table.
"""

import os
import pathlib
import re
import subprocess
import sys

GROUND = {"trial", "knowledge"}
# What each room may include besides itself; the same holds for the libraries it links.
ROOMS = {
    "trial": set(),
    "knowledge": set(),
    "protocol": {"knowledge"},
    "scenario": GROUND,
    "connection": GROUND | {"protocol"},
    "import": GROUND | {"protocol", "connection"},
    "analysis": GROUND,
    "runner": GROUND | {"connection"},
    "report": GROUND | {"analysis"},
    "commands": GROUND | {"scenario", "import", "connection", "analysis", "runner", "report"},
}
EVERY_ROOM = set(ROOMS)
TOP_LEVEL = {".ci", ".clang-format", ".editorconfig", ".gitignore", "CMakeLists.txt", "LICENSE", "README.md", "ci",
             "probe", "scenarios", "tests"}
IN_PROBE = {"CMakeLists.txt", "README.md", "journal.md", "journal.schema.json", "main.c"}
MAX_LINES = 800
MAX_COLUMNS = 120
MAX_FUNCTION = 60  # lines, from its name to its closing brace: one screen

_INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)
# Calls and names that do I/O, read a clock, the environment or chance, or start a process. snprintf is pure.
_IMPURE_CALL = re.compile(
    r"(?<![\w.>])(?:v?f?printf|v?dprintf|f?puts|f?putc|putchar|perror|f?getc|getchar|fgets|getline|getdelim|v?f?scanf"
    r"|fread|fwrite|fflush|fopen|fdopen|freopen|tmpfile|open|openat|creat|read|write|pread|pwrite|readv|writev|ioctl"
    r"|socket|connect|send|recv|select|poll|mmap|stat|fstat|lstat|opendir|unlink|rename|mkdir|mkdtemp|mkstemp"
    r"|time|clock|clock_gettime|gettimeofday|timespec_get|localtime(?:_r)?|gmtime(?:_r)?|nanosleep|usleep|sleep"
    r"|getenv|setenv|system|popen|fork|vfork|exec[lv]p?e?|posix_spawnp?|pthread_create|getpid"
    r"|rand|srand|random|srandom|drand48|getrandom"
    r"|json_load_file|json_loadf|json_loadfd|json_dump_file|json_dumpf|json_dumpfd)\s*\(")
_IMPURE_NAME = re.compile(r"(?<![\w.>])(?:stdin|stdout|stderr|errno)\b")
_IMPURE_HEADER = re.compile(r"^(?:unistd|fcntl|time|poll|signal|pthread|dirent|spawn|netdb|termios|syslog)\.h$"
                            r"|^(?:sys|arpa|netinet|linux|openssl)/")
_FREERDP_HEADER = re.compile(r"^(?:freerdp|winpr)\d*/")
# Spelt so that this file does not contain what it looks for.
_MACHINE_PATH = re.compile(r"(?<![\w.\-/$}])/(?:(?:work|farm|root)/\w|tmp/(?:build|bash)[-_])")
# Functions of a C file, as clang-format leaves them, and names that are no member and no tag.
_DEFINITION = re.compile(r"^(?!static\b)[A-Za-z_][\w \t*()]*?\b(\w+)\([^;{}]*\)\n\{", re.M)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)\n?")
_DECLARED = re.compile(r"\b(\w+)\s*\(")
_STATIC = re.compile(r"^static\b[^;{}()=]*?\b(\w+)\s*\(", re.M)
_NAME = re.compile(r"(?<!\.)(?<!->)(?<!struct )(?<!enum )(?<!union )\b([A-Za-z_]\w*)\b")
_CODE_ROW = re.compile(r'\{(0x[0-9A-Fa-f]+)u?, "[A-Z]')
_HEX = re.compile(r"(?<![\w.])(0[xX][0-9A-Fa-f]{4,})(?=[uUlL]*\b)")
_FACT_READER = re.compile(r"\bfact_(?:get|text|integer|boolean|real|has|remove)\s*\((?:[^()]|\([^()]*\))*\)")
_FACT_ROW = re.compile(r'\[(FACT_\w+)\] = \{"[\w.]+",\s*"\w+",\s*FACT_\w+,\s*"([^"]*)"\}')
# What stands behind the program's name where a sentence goes on.
_PROSE = {"and", "did", "does", "has", "have", "held", "image", "in", "installed", "is", "made", "main", "needs", "on",
          "or", "plan", "rdplab", "takes", "that", "to", "was", "with"}
# Notes by their ending, and files of this tree; other projects' files are cited with their project.
_CITED = re.compile(r"(?<![\w./*-])(?:[\w][\w./-]*\.md|(?:%s|probe|tests|fixtures)/[\w./-]+\.(?:[ch]|py))\b"
                    r"|(?<=[(])facts(?=: )" % "|".join(ROOMS))
_DRAWER = re.compile(r"^(?:utils?|misc|helpers?|common)$", re.I)


class Tree:
    """The files of a source tree, as git knows them or, without git, as they lie there."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.paths = sorted(self._tracked() if (self.root / ".git").exists() else self._walked())
        self._texts = {}

    def _tracked(self):
        # A clone may belong to another user than the one who tests it, which git refuses unless told.
        command = ["git", "-c", "safe.directory=*", "-C", self.root,
                   "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
        for name in listed.decode().split("\0"):
            if name and (self.root / name).is_file():
                yield pathlib.PurePosixPath(name)

    def _walked(self):
        for folder, folders, files in os.walk(self.root):
            inside = pathlib.Path(folder).relative_to(self.root)
            folders[:] = [name for name in folders if name not in (".git", "__pycache__", ".pytest_cache")
                          and not (inside == pathlib.Path() and name.startswith("build"))]
            for name in files:
                yield pathlib.PurePosixPath((inside / name).as_posix())

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_bytes().decode(errors="replace")
        return self._texts[path]

    def source_files(self):
        """C, Python, CMake and everything with an interpreter line."""
        for path in self.paths:
            if path.suffix in (".c", ".h", ".py", ".sh", ".cmake") or path.name == "CMakeLists.txt":
                yield path
            elif self.text(path).startswith("#!"):
                yield path

    def c_files(self, *folder):
        for path in self.paths:
            if path.suffix in (".c", ".h") and path.parts[:len(folder)] == folder:
                yield path

    def room_files(self):
        """(path, room) of the C files in probe/; main.c counts as commands, which it is the table of."""
        for path in self.c_files("probe"):
            if len(path.parts) > 2 and path.parts[1] in ROOMS:
                yield path, path.parts[1]
            elif path.parts[1:] == ("main.c",):
                yield path, "commands"


def _line(text, offset):
    return text.count("\n", 0, offset) + 1


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def code_of(text):
    """C text with comments, string and character literals blanked out; offsets and lines stay as they are."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', _blank, text, flags=re.S)


def _includes(text):
    # Comments go, but not the "strings" that are include names.
    text = re.sub(r"/\*.*?\*/|(?m:^\s*//[^\n]*)", _blank, text, flags=re.S)
    for match in _INCLUDE.finditer(text):
        yield _line(text, match.start(1)), match.group(2)


def rooms_include_only_what_they_may(tree):
    for path, room in tree.room_files():
        allowed = ROOMS[room] | {room}
        for line, name in _includes(tree.text(path)):
            parts = pathlib.PurePosixPath(name).parts
            if ".." in parts:
                yield path, line, f'"{name}": include a room by its name, not by a way up'
            elif parts[0] in EVERY_ROOM and len(parts) > 1 and parts[0] not in allowed:
                yield path, line, f'"{name}": {room}/ may not include {parts[0]}/'


def freerdp_stays_in_connection(tree):
    for path, room in tree.room_files():
        for line, name in _includes(tree.text(path)):
            if _FREERDP_HEADER.match(name) and room != "connection":
                yield path, line, f"<{name}>: FreeRDP and WinPR belong to connection/ and tests/"


def analysis_is_pure(tree):
    for path in tree.c_files("probe", "analysis"):
        text = tree.text(path)
        for line, name in _includes(text):
            if _IMPURE_HEADER.search(name):
                yield path, line, f"<{name}>: analysis/ does no I/O and reads no clock"
        code = code_of(text)
        for pattern in (_IMPURE_CALL, _IMPURE_NAME):
            for match in pattern.finditer(code):
                name = match.group().rstrip("( \t\n")
                yield path, _line(code, match.start()), f"{name}: analysis/ does no I/O and reads no clock"


def the_lab_shares_nothing_with_the_product(tree):
    for path in tree.c_files("tests", "lab"):
        for line, name in _includes(tree.text(path)):
            parts = pathlib.PurePosixPath(name).parts
            meant = os.path.normpath(path.parent / name)
            if (".." in parts and not meant.startswith("tests/lab/")) or (len(parts) > 1 and parts[0] in EVERY_ROOM):
                yield path, line, f'"{name}": the lab is independent truth, it uses nothing of probe/'


def rooms_link_only_what_they_include(tree):
    for path in tree.paths:
        if path.name != "CMakeLists.txt" or path.parts[0] not in ("probe", "tests"):
            continue
        text = re.sub(r"#[^\n]*", _blank, tree.text(path))
        lab = path.parts[:2] == ("tests", "lab")
        for match in re.finditer(r"\btarget_link_libraries\s*\(([^)]*)\)", text):
            target, *libraries = match.group(1).split() or [""]
            line = _line(text, match.start())
            for library in libraries:
                if lab and library in EVERY_ROOM:
                    yield path, line, f"{target} links {library}: the lab uses nothing of probe/"
                if target not in ROOMS:
                    continue
                if library in EVERY_ROOM - ROOMS[target] - {target}:
                    yield path, line, f"{target} may not link {library}"
                if re.search(r"FREERDP|WINPR|freerdp|winpr", library) and target != "connection":
                    yield path, line, f"{target} may not link {library}: FreeRDP belongs to connection/"


def only_known_folders(tree):
    for path in tree.paths:
        if path.parts[0] not in TOP_LEVEL:
            yield path, 1, f"'{path.parts[0]}' does not belong at the top level"
        elif path.parts[0] == "probe":
            if len(path.parts) == 2 and path.name not in IN_PROBE:
                yield path, 1, f"probe/ itself holds {', '.join(sorted(IN_PROBE))}; all else is in a room"
            elif len(path.parts) > 2 and path.parts[1] not in ROOMS:
                yield path, 1, f"probe/{path.parts[1]}/ is not a room"


def no_drawers(tree):
    for path in tree.paths:
        for part in (*path.parts[:-1], path.name.split(".")[0]):
            if any(_DRAWER.match(word) for word in re.split(r"[_-]", part)):
                yield path, 1, f"'{part}' is a drawer: name the one thing that it holds"


def every_source_file_names_its_licence(tree):
    for path in tree.source_files():
        lines = tree.text(path).split("\n", 2)
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        if "SPDX-License-Identifier: Apache-2.0" not in first:
            yield path, 1, "does not begin with its SPDX-License-Identifier line"


def files_stay_small(tree):
    for path in tree.source_files():
        count = tree.text(path).count("\n")
        if count > MAX_LINES:
            yield path, count, f"has {count} lines, more than {MAX_LINES}"


def lines_fit(tree):
    for path in tree.source_files():
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if len(line) > MAX_COLUMNS:
                yield path, number, f"is {len(line)} columns wide, more than {MAX_COLUMNS}"


def no_machine_paths(tree):
    for path in tree.paths:
        text = tree.text(path)
        for match in _MACHINE_PATH.finditer(text):
            yield path, _line(text, match.start()), f"'{match.group()}…' is a path of one machine"


def headers_are_guarded(tree):
    for path in tree.c_files():
        if path.suffix == ".h" and not re.search(r"^#pragma once$", tree.text(path), re.M):
            yield path, 1, "has no #pragma once"


def functions_fit_one_screen(tree):
    """By the layout of .clang-format: braces of a function stand alone in the first column."""
    for path in [*tree.c_files("probe"), *tree.c_files("tests", "lab")]:
        lines = code_of(tree.text(path)).split("\n")
        begin = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                begin = number - 1
                while begin > 1 and lines[begin - 2].strip() and not re.search(r"[;}]\s*$|^#", lines[begin - 2]):
                    begin -= 1
            elif line == "}" and begin:
                if number - begin + 1 > MAX_FUNCTION:
                    yield path, begin, f"a function of {number - begin + 1} lines, more than {MAX_FUNCTION}"
                begin = None


def codes_have_names(tree):
    """A code that knowledge/ has a row for, and every NTSTATUS and HRESULT, is written as a number nowhere else."""
    rows = {int(code, 16) for path in tree.c_files("probe", "knowledge") for code in _CODE_ROW.findall(tree.text(path))}
    for path, room in tree.room_files():
        if room in ("knowledge", "protocol"):
            continue
        code = code_of(tree.text(path))
        for match in _HEX.finditer(code):
            number = int(match.group(1), 16)
            mask = number & (number + 1) == 0 or number & (number - 1) == 0
            if not mask and ((number > 0xFFF and number in rows) or (number >> 28 in (0x8, 0xC) and number < 1 << 32
                                                                     and number >> 20 & 0xFF == 0)):
                yield path, _line(code, match.start()), f"{match.group(1)}: a code has its name in knowledge/"


def facts_are_seen_and_have_words(tree):
    """Each fact is set somewhere; and has a row, with words for people."""
    table = pathlib.PurePosixPath("probe/trial/fact.h")
    if table not in tree.paths:
        return
    header = tree.text(table)
    titles = dict(_FACT_ROW.findall(tree.text(table.with_suffix(".c"))))
    set_somewhere = set()
    for path, room in tree.room_files():
        if room in ("connection", "runner"):
            set_somewhere |= set(re.findall(r"\bFACT_\w+", _FACT_READER.sub("", code_of(tree.text(path)))))
    for match in re.finditer(r"^ {4}(FACT_\w+),", header.split("FACT_COUNT")[0], re.M):
        fact, line = match.group(1), _line(header, match.start(1))
        # Of the gateway's TLS the same observer tells, by the distance of the two blocks.
        same = re.sub(r"^FACT_GATEWAY_(?=TLS_|CERTIFICATE_)", "FACT_", fact)
        if not {fact, same} & set_somewhere:
            yield table, line, f"{fact}: nobody sets it"
        if not titles.get(fact):
            yield table, line, f"{fact}: has no words for people in fact.c"


def commands_exist(tree):
    """`rdpprobe WORD`, wherever a user may read it, names a command."""
    program = pathlib.PurePosixPath("probe/main.c")
    if program not in tree.paths:
        return
    commands = set(re.findall(r'^\s*\{"([a-z]+)", ".*", \w+_command\}', tree.text(program), re.M))
    for path in tree.paths:
        if path.parts[0] == "tests" or not (path.suffix in (".md", ".c", ".h", ".yaml", ".yml", ".sh")
                                            or path.parts[0] in ("ci", ".ci", "scenarios")):
            continue
        text = tree.text(path)
        for match in re.finditer(r"\brdpprobe\s+(?!main\b)([a-z][a-z-]*)\b", text):
            if match.group(1) not in commands | _PROSE:
                yield path, _line(text, match.start()), f"'rdpprobe {match.group(1)}': there is no such command"


def comments_cite_what_is_here(tree):
    """A file that a comment names is in the tree: by its whole path, or the end of it."""
    ends = {"/".join(path.parts[-count:]) for path in tree.paths for count in range(1, len(path.parts) + 1)}
    for path in tree.source_files():
        text = tree.text(path)
        pattern = r"//[^\n]*|/\*.*?\*/" if path.suffix in (".c", ".h") else r"(?m)^\s*#[^\n]*"
        for comment in re.finditer(pattern, text, re.S):
            for match in _CITED.finditer(comment.group()):
                cited = match.group()
                if cited not in ends and "ROOM" not in cited:
                    yield path, _line(text, comment.start() + match.start()), f"cites '{cited}', which is not here"


def unit_tests_are_registered(tree):
    folder = pathlib.PurePosixPath("tests/unit")
    lists = folder / "CMakeLists.txt"
    if lists not in tree.paths:
        return
    text = re.sub(r"#[^\n]*", _blank, tree.text(lists))
    lines = {match.group(1): _line(text, match.start()) for match in re.finditer(r"^unit_test\((\w+)", text, re.M)}
    files = {path.name[:-len("_test.c")]: path for path in tree.paths
             if path.parent == folder and path.name.endswith("_test.c")}
    for name in lines.keys() - files.keys():
        yield lists, lines[name], f"unit_test({name}) has no {name}_test.c"
    for name in files.keys() - lines.keys():
        yield files[name], 1, f"has no unit_test({name} …) line in {lists}"


def _headers(tree, path, seen):
    """The headers of probe/ that a file includes, by way of others too, added to `seen`."""
    for _, name in _includes(tree.text(path)):
        header = pathlib.PurePosixPath("probe") / name
        if header not in seen and header in tree.paths:
            seen.add(header)
            _headers(tree, header, seen)
    return seen


def _calls(tree):
    """{module: {module that it calls: line of the first call}}: C files, and what of others their headers declare."""
    codes = {path: _ATTRIBUTE.sub(_blank, code_of(tree.text(path))) for path, _ in tree.room_files()}
    homes = {match.group(1): path for path, code in codes.items() if path.suffix == ".c"
             for match in _DEFINITION.finditer(code)}
    told = {path: set(_DECLARED.findall(code)) & homes.keys() for path, code in codes.items() if path.suffix == ".h"}
    calls = {path: {} for path in codes if path.suffix == ".c"}
    for path, called in calls.items():
        visible = set().union(*(told[header] for header in _headers(tree, path, set()) if header in told))
        visible.difference_update(_STATIC.findall(codes[path]))
        for match in _NAME.finditer(codes[path]):
            home = homes[match.group(1)] if match.group(1) in visible else path
            if home != path:
                called.setdefault(home, _line(codes[path], match.start(1)))
    return calls


def _way(calls, begin, end):
    """The shortest list of modules from one to another by calls, both included, or []."""
    ways = {begin: [begin]}
    for path in (queue := [begin]):
        for called in calls[path]:
            if called == end:
                return [*ways[path], end]
            if called not in ways:
                ways[called] = [*ways[path], called]
                queue.append(called)
    return []


def circles(tree):
    """(path, line, modules) of each circle of calls: its first module, where that calls the next, the way around."""
    calls = _calls(tree)
    told = set()
    for path in sorted(calls):
        way = [] if path in told else _way(calls, path, path)
        told.update(way)
        if way:
            yield path, calls[path][way[1]], [module.stem for module in way]


def modules_call_in_no_circle(tree):
    for path, line, modules in circles(tree):
        yield path, line, f"calls in a circle: {' -> '.join(modules)}"


def parts_of_a_connection_know_no_whole(tree):
    whole = "connection/connection.h"
    above = {path for path in tree.c_files("probe", "connection")
             if path.suffix == ".h" and whole in (name for _, name in _includes(tree.text(path)))}
    above = {whole} | {"/".join(path.parts[1:]) for path in above}
    for path in tree.c_files("probe", "connection"):
        for line, name in _includes(tree.text(path)):
            if len(path.parts) > 3 and name in above:
                yield path, line, f'"{name}": {path.parts[2]}/ is below the connection as a whole and takes parts of it'


RULES = (rooms_include_only_what_they_may, freerdp_stays_in_connection, analysis_is_pure,
         the_lab_shares_nothing_with_the_product, rooms_link_only_what_they_include, only_known_folders, no_drawers,
         every_source_file_names_its_licence, files_stay_small, lines_fit, no_machine_paths,
         headers_are_guarded, functions_fit_one_screen, codes_have_names, facts_are_seen_and_have_words,
         commands_exist, comments_cite_what_is_here, unit_tests_are_registered, modules_call_in_no_circle,
         parts_of_a_connection_know_no_whole)


def violations(root, rules=RULES):
    """All violations in the tree below `root` as sentences "path:line: what", in the order of the rules."""
    tree = Tree(root)
    return [f"{path}:{line}: {sentence}" for rule in rules for path, line, sentence in rule(tree)]


if __name__ == "__main__":
    found = violations(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    print("\n".join(found))
    sys.exit(1 if found else 0)
