# SPDX-License-Identifier: Apache-2.0
"""Standard RDP Security in each of its ciphers, against xrdp, which encrypts by crypt_level."""

import pytest

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
