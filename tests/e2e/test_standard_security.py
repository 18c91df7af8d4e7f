# SPDX-License-Identifier: Apache-2.0
"""Standard RDP Security in each of its ciphers, against xrdp, which encrypts by crypt_level."""

import pytest

from fixtures.experiment import causes

# crypt_level, and the method that xrdp takes where all are offered: "medium" allows 40 bits, and takes them.
METHODS = {"none": "NONE", "low": "40BIT", "medium": "40BIT", "high": "128BIT", "fips": "FIPS"}


@pytest.mark.parametrize("crypt_level", METHODS)
def test_every_level_of_xrdp_is_followed_to_its_login_screen(xrdp, rdpprobe, crypt_level):
    """What comes after licensing is encrypted both ways: phases are known only to who reads along."""
    server = xrdp("rdp", crypt_level=crypt_level)
    result = rdpprobe("connect", "--json", "--set", "security=rdp", server.target)
    assert (result.status, result.trial["outcome"]["phase"]) == (0, "active"), result
    assert result.trial["facts"]["server"]["encryption_method"] == f"ENCRYPTION_METHOD_{METHODS[crypt_level]}"
    assert "BITMAP" in result.trial["facts"]["capabilities"]["sets"]


def test_a_cipher_that_the_server_takes_unasked_ends_the_trial(xrdp, rdpprobe):
    """xrdp goes on with the one of its crypt_level, whatever the client offers: mstsc breaks off, and so does this."""
    server = xrdp("rdp", crypt_level="fips")
    result = rdpprobe("connect", "--json", "--set", "security=rdp", "--set", "rdp-encryption=128", server.target)
    outcome = result.trial["outcome"]
    assert (outcome["phase"], outcome["family"], outcome["code"], outcome["name"]) == (
        "mcs", "protocol", 0x10, "ENCRYPTION_NOT_OFFERED"), result
    assert "ENCRYPTION_METHOD_FIPS" in outcome["detail"] and result.trial["in_effect"], result


@pytest.mark.parametrize("crypt_level, refused, taken", [("fips", "128", {"any", "fips"}),
                                                         ("low", "fips", {"any", "40"})])
def test_isolation_names_the_level_that_is_refused(xrdp, rdpprobe, crypt_level, refused, taken):
    """It is tried without being asked for, where the baseline is RDP security."""
    server = xrdp("rdp", crypt_level=crypt_level)
    result = rdpprobe("isolate", "--json", "--set", "security=rdp", f"--set=rdp-encryption={refused}",
                      "--pause", "0", "--settle", "0.05", server.target, timeout=120)
    assert (result.status, result.verdict["verdict"]) == (1, "isolated"), repr(result)
    assert causes(result.verdict) == {frozenset([f"rdp-encryption={refused}"])}, repr(result)
    works = {row["level"] for row in result.verdict["sweep"] if row["observation"] == "no-signature"}
    assert works == taken, repr(result)
    assert "legacy" in {trial["variant"]["negotiation"] for trial in result.trials}, repr(result)
