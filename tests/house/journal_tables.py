# SPDX-License-Identifier: Apache-2.0
"""The tables of probe/journal.md, made from probe/journal.schema.json so that the two cannot differ.

    python3 tests/house/journal_tables.py [TREE]    writes them anew, between the marks that the text has for them
"""

import json
import pathlib
import re
import sys

_BLOCK = re.compile(r"(<!-- members of (\w+) -->\n)(.*?)(<!-- /members -->)", re.S)


def load(root):
    return json.loads((pathlib.Path(root) / "probe" / "journal.schema.json").read_text())


def type_of(schema, part):
    """The type of a member in few words: "integer ≥ 1", "text", "list of [phase](#phase)", "one of `a` `b`"."""
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        target = schema["$defs"][name]
        return f"[{name}](#{name})" if "properties" in target or name == "variant" else type_of(schema, target)
    if "const" in part:
        return f"`{json.dumps(part['const'])}`"
    if "enum" in part:
        return "one of " + " ".join(f"`{value}`" for value in part["enum"])
    kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
    if kinds == ["array"]:
        return f"list of {type_of(schema, part['items'])}"
    if kinds == ["object"]:
        others = part.get("additionalProperties")
        return f"object of {type_of(schema, others)}" if others else "object"
    words = " or ".join({"string": "text"}.get(kind, kind) for kind in kinds)
    return words + (f" ≥ {part['minimum']}" if "minimum" in part else "")


def facts(groups, prefix=""):
    """(GROUP.NAME, description) of every fact; a group in a group is gone into."""
    for name, part in groups.items():
        if "properties" in part:
            yield from facts(part["properties"], f"{prefix}{name}.")
        else:
            yield prefix + name, part


def table(schema, name):
    part = schema["$defs"][name]
    members = facts(part["properties"]) if name == "facts" else part["properties"].items()
    lines = ["", part["description"], "", "| member | type | unit | meaning | since |", "|---|---|---|---|---|"]
    for member, what in members:
        must = "" if member in part.get("required", ()) or name == "facts" else " ?"
        lines.append(f"| `{member}`{must} | {type_of(schema, what)} | {what.get('unit', '')} "
                     f"| {what['description']} | {what['since']} |")
    return "\n".join([*lines, "", ""])


def filled(text, schema):
    """The document with all its tables as the schema has them."""
    return _BLOCK.sub(lambda match: match.group(1) + table(schema, match.group(2)) + match.group(4), text)


def names(text):
    """The parts of the schema that the document has a table of."""
    return [match.group(2) for match in _BLOCK.finditer(text)]


if __name__ == "__main__":
    tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    document = tree / "probe" / "journal.md"
    document.write_text(filled(document.read_text(), load(tree)))
