# SPDX-License-Identifier: Apache-2.0
"""isolate names every pair of two factors, as a conjunction and as two alternatives, and single ones at any moment."""

import pytest

# The planted levels: rdplab's words and the baseline's. A gateway, an address or a licence that is not the first level
# makes the baseline itself go through a gateway, to a literal, or with a licence that this run was issued.
LEVELS = {
    "security": ("security=nla", "security=nla"),
    "tls": ("tls=1.2", "tls=1.2"),
    "address": ("address=ipv6", "address=ipv6"),
    "gateway": ("gateway=websocket", "gateway=websocket"),
    "license": ("license=stored", "license=reuse"),
}
PAIRS = [(one, other) for index, one in enumerate(LEVELS) for other in list(LEVELS)[index + 1:]]
IDS = [f"{one}-{other}" for one, other in PAIRS]


def planted(one, other, operator):
    """The rule, the baseline, and the two conditions as the product names them."""
    (fact, level), (other_fact, other_level) = LEVELS[one], LEVELS[other]
    return f"{fact} {operator} {other_fact}", f"{level} {other_level}", (level, other_level)


@pytest.mark.parametrize("one, other", PAIRS, ids=IDS)
def test_both_together(one, other, plant):
    rule, baseline, conditions = planted(one, other, "&")
    plant(rule, baseline).names(" ".join(conditions))


@pytest.mark.parametrize("one, other", PAIRS, ids=IDS)
def test_either(one, other, plant):
    rule, baseline, conditions = planted(one, other, "|")
    plant(rule, baseline).names(*conditions)


@pytest.mark.parametrize("at", ("licensing", "capabilities", "post-connect", "active"))
@pytest.mark.parametrize("rule, baseline, cause", (
    ("security=nla", "", ["security=nla"]),
    ("security=rdp", "security=rdp", ["security=rdp"]),
    ("license=stored", "license=reuse", ["license=reuse"]),
    ("tls=1.2 & security=tls", "tls=1.2 security=tls", ["tls=1.2 security=tls"]),
    ("license=stored | tls=1.2", "license=reuse tls=1.2", ["license=reuse", "tls=1.2"]),
), ids=lambda value: value if isinstance(value, str) else None)
def test_at_every_moment(rule, baseline, cause, at, plant):
    plant(rule, baseline, at=at).names(*cause)
