# SPDX-License-Identifier: Apache-2.0
"""isolate names each single factor that is planted, with its proof, and the lab confirms every trial of it."""

import pytest

# What is planted, the baseline, and what the product must say.
SECURITY = [
    ("security=nla", "", "security=nla"),
    ("security=tls", "security=tls", "security=tls"),
    ("security=rdp", "security=rdp", "security=rdp"),
]
TLS = [
    ("tls=1.2", "tls=1.2", "tls=1.2"),
    ("tls=1.3", "tls=1.3", "tls=1.3"),
    ("tls=1.3", "", "tls=default"),  # what it means on this machine
    ("tls=1.0", "tls=1.0", "tls=1.0"),
]
ADDRESS = [
    ("address=name", "", "address=name"),
    ("address=ipv4", "address=ipv4", "address=ipv4"),
    ("address=ipv6", "address=ipv6", "address=ipv6"),
]
GATEWAY = [
    ("gateway=off", "", "gateway=off"),
    ("gateway=http", "gateway=http", "gateway=http"),
    ("gateway=websocket", "gateway=websocket", "gateway=websocket"),
    # The gateway itself takes no TLS 1.0: the factor must be that of the target.
    ("tls=1.0", "tls=1.0 gateway=http", "tls=1.0"),
]


def ids(cases):
    return [f"{rule}-{cause}" if rule != cause else rule for rule, _, cause in cases]


@pytest.mark.parametrize("rule, baseline, cause", SECURITY + TLS, ids=ids(SECURITY + TLS))
def test_security_and_tls(rule, baseline, cause, plant):
    plant(rule, baseline).names(cause)


@pytest.mark.parametrize("rule, baseline, cause", ADDRESS, ids=ids(ADDRESS))
def test_address(rule, baseline, cause, plant):
    # RDP security presents no name: a rule about names that met it would be one about security, too.
    plant(rule, baseline, lab_options=["--security", "nla,tls"]).names(cause)


@pytest.mark.parametrize("rule, baseline, cause", GATEWAY, ids=ids(GATEWAY))
def test_gateway(rule, baseline, cause, plant):
    plant(rule, baseline).names(cause)


def test_a_cleared_license_store(plant):
    """The user's own licence lets them in, an empty store does not."""
    experiment = plant("license=new", "license=clear", seeded=True)
    experiment.names("license=clear")
    assert {"stored", "new"} <= {record["license"] for record in experiment.truth.values()}


def test_a_stored_license(plant):
    """A client that comes without a licence is let in and issued one; with it, it is not."""
    experiment = plant("license=stored", "license=reuse")
    experiment.names("license=reuse")
    issued = {record["license_issued"] for record in experiment.truth.values()} - {None}
    assert {record["license_id"] for record in experiment.truth.values() if record["license"] == "stored"} <= issued


def test_the_users_own_license(plant):
    """The same with the licence in the user's own store, which is the first level and so the baseline."""
    plant("license=stored", seeded=True).names("license=keep")
