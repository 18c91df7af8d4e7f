# SPDX-License-Identifier: Apache-2.0
"""isolate through a gateway: what is planted in the gateway, in the target, or on the way between them is named."""

import pytest

from fixtures.experiment import PASSWORD, USER

TRANSPORTS = ("http", "websocket")


# ---- the routing cookie, which FreeRDP makes otherwise for a gateway ----

@pytest.mark.parametrize("user, cookie", ((USER, USER), (f"CORP\\{USER}", USER), (f"{USER}@corp.test",) * 2))
@pytest.mark.parametrize("level", ("off", *TRANSPORTS))
def test_the_cookie_is_the_same_every_way(level, user, cookie, lab, gateway, rdpprobe):
    server = lab("--gateway-port", "http", "--gateway-port", "websocket", user=USER, password=PASSWORD)
    front = gateway(*[f"--via={way}={port}" for way, port in server.gateway_ports.items()])
    result = rdpprobe("connect", "--json", "--user", user, "--gateway", f"localhost:{front.port}",
                      f"--set=gateway={level}", f"localhost:{server.port}", password=PASSWORD)
    truth = server.only_connection()
    assert (truth["gateway"], truth["cookie"]) == (level, cookie), result
    assert result.trial["facts"]["negotiation"]["cookie"] == cookie and result.status == 0, result


def test_a_rule_about_the_cookie_is_none_about_the_gateway(plant):
    """A broker that sends this user nowhere, by the cookie: no way around it leads to the target."""
    experiment = plant(f"cookie={USER}", "gateway=websocket")
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert experiment.verdict["factors"]["gateway"]["finding"] == "innocent", repr(experiment)
    assert {record["cookie"] for record in experiment.truth.values()} == {USER}
