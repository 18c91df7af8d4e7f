# SPDX-License-Identifier: Apache-2.0
"""connect --until graphics and --screenshot: the picture is the server's, and what is said of it is true."""

import os
import stat

import pytest

from fixtures.display import virtual_display
from fixtures.png import Pixels, read_png, read_xwd
from fixtures.process import Process, wait_until
from fixtures.shadow import shadow_server

SIZE = 1024, 768  # of every desktop here
WHITE, ORANGE = (255, 255, 255), (255, 165, 0)


@pytest.fixture
def shot(rdpprobe, scratch):
    """connect --screenshot with the given arguments; returns the Result, and the Pixels, or None without a file."""
    folder = scratch("pictures")

    def run(*arguments, **options):
        file = folder / "desk.png"
        file.unlink(missing_ok=True)
        result = rdpprobe("connect", "--json", "--screenshot", file, *arguments, **options)
        left = [path.name for path in folder.iterdir()]
        assert left in ([], ["desk.png"]), f"left behind: {left}"
        if not left:
            assert "screenshot" not in result.trial["facts"].get("graphics", {})
            return result, None
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert result.trial["facts"]["graphics"]["screenshot"] == str(file)
        return result, read_png(file)

    run.folder = folder
    return run


@pytest.fixture
def screen(servers, scratch):
    """Starts an X server with the given options and a shadow server for it; .server, and .pixels() of the X screen."""

    def start(certificate, *options):
        folder = scratch("screen")
        display = servers.enter_context(virtual_display(folder, "-fbdir", folder, *options))
        server = servers.enter_context(shadow_server(scratch("shadow"), display, certificate, "tls"))
        return display, server, lambda: read_xwd(folder / "Xvfb_screen0")

    return start


def same(picture, truth, graphics):
    """Bitmaps are exact. By the graphics pipeline shadow sends RemoteFX, which is lossy, most of all at sharp edges."""
    if graphics == "bitmap":
        assert picture == truth
        return
    assert (picture.width, picture.height) == (truth.width, truth.height)
    errors = [abs(one - other) for one, other in zip(picture.rgb, truth.rgb)]
    assert sum(error > 2 for error in errors) < len(errors) / 100 and max(errors) < 64


def connected(result):
    """The facts of the picture of a trial that went through, whose phases are what they should be."""
    trial = result.trial
    assert result.status == 0 and trial["outcome"]["result"] == "connected", repr(result)
    assert trial["outcome"]["phase"] == "graphics"
    phases = [phase["phase"] for phase in trial["phases"]]
    assert phases[-2:] == ["active", "graphics"] and trial["connections"] == 1
    facts = trial["facts"]["graphics"]
    assert (facts["width"], facts["height"]) == SIZE and facts["paints"] > 0
    assert 0 <= facts["first_paint_ms"] <= trial["phases"][-1]["ms"]
    return facts


@pytest.mark.parametrize("graphics", ["bitmap", "gfx"])
def test_login_screen_of_xrdp(xrdp, shot, graphics):
    """xrdp 0.9 knows no graphics pipeline: it paints bitmaps where that is offered, too, and the facts say so."""
    result, picture = shot("--set", "security=tls", "--set", f"graphics={graphics}", xrdp("tls").target)
    facts = connected(result)
    assert facts["path"] == "bitmap" and facts["painted_percent"] == 100
    assert facts["uniform"] is False and "color" not in facts
    # Its background is teal; in the middle are a grey dialog with a blue title, white fields and black text.
    (background, share), *_ = sorted(picture.colors.items(), key=lambda item: -item[1])
    assert picture[0, 0] == picture[1023, 767] == background and share > 1024 * 768 / 2
    red, green, blue = background
    assert red < 40 and 120 < green < blue < 220
    grey = picture[512, 460]
    assert max(grey) - min(grey) < 16 and 200 < min(grey) < 240
    assert {WHITE, (0, 0, 0), (0, 0, 255)} <= set(picture.colors)


def quarters():
    """The lab's picture: red, green, blue and yellow in the upper left corner of what is never painted."""
    rows = [[((255, 0, 0), (0, 255, 0)), ((0, 0, 255), (255, 255, 0))][y // 16] for y in range(32)]
    rgb = bytearray(b"\xFF" * (3 * SIZE[0] * SIZE[1]))
    for y, (left, right) in enumerate(rows):
        rgb[3 * SIZE[0] * y:3 * (SIZE[0] * y + 32)] = bytes(left) * 16 + bytes(right) * 16
    return Pixels(*SIZE, rgb)


@pytest.mark.parametrize("depth", [32, 24, 16, 15])
def test_bitmap_of_the_lab(lab, shot, depth):
    server = lab("--security", "tls")
    result, picture = shot("--set", "security=tls", "--set", f"color-depth={depth}", server.target)
    facts = connected(result)
    assert picture == quarters()
    assert facts["path"] == "bitmap" and facts["paints"] == 1 and facts["painted_percent"] == 0.1
    assert facts["uniform"] is False
    assert server.only_connection()["color_depth"] == depth


@pytest.mark.parametrize("security", ["nla", "rdp"])
def test_under_other_security(lab, shot, security):
    server = lab(user="bob", password="Picture-Pw1")
    result, picture = shot("--user", "bob", "--set", f"security={security}", server.target, password="Picture-Pw1")
    connected(result)
    assert picture == quarters()


@pytest.mark.parametrize("graphics", ["bitmap", "gfx"])
def test_desktop_of_shadow(screen, certificate, servers, scratch, shot, graphics):
    display, server, pixels = screen(certificate)
    folder = scratch("xmessage")
    servers.enter_context(Process(
        ["xmessage", "-display", display, "-bg", "orange", "-fg", "navy", "-geometry", "400x200+300+200", "A window"],
        folder, {"PATH": os.environ["PATH"], "HOME": str(folder)}))
    assert wait_until(lambda: pixels()[500, 390] == ORANGE and (0, 0, 128) in pixels().colors, 20)
    for attempt in range(5):  # its first clients get black, until it has looked at the screen
        result, picture = shot("--set", "security=tls", "--set", f"graphics={graphics}", "--settle", "1", server.target)
        facts = connected(result)
        if not facts["uniform"]:
            break
    assert facts["uniform"] is False and facts["path"] == graphics and facts["painted_percent"] == 100
    assert result.trial["facts"]["client"]["channels"] == (["drdynvc"] if graphics == "gfx" else [])
    same(picture, pixels(), graphics)


@pytest.mark.parametrize("graphics", ["bitmap", "gfx"])
@pytest.mark.parametrize("root, color", [("-br", "#000000"), ("-wr", "#FFFFFF")])
def test_one_colour(screen, certificate, shot, root, color, graphics):
    """White is what is there before anything is painted: a white desktop is told from none."""
    _, server, pixels = screen(certificate, root)
    for attempt in range(5):
        result, picture = shot("--set", "security=tls", "--set", f"graphics={graphics}", "--settle", "1", server.target)
        facts = connected(result)
        if facts.get("color") == color:
            break
    assert facts["uniform"] is True and facts["color"] == color and facts["painted_percent"] == 100
    assert facts["path"] == graphics
    same(picture, pixels(), graphics)


@pytest.mark.timed
def test_until_graphics_ends_at_the_first_paint(lab, rdpprobe):
    server = lab("--security", "tls")
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--until", "graphics", "--settle", "0",
                      server.target)
    facts = connected(result)
    assert result.trial["variant"]["graphics"] == "bitmap"
    assert facts["paints"] == 1 and facts["path"] == "bitmap"
    assert "uniform" not in facts and "screenshot" not in facts  # the first piece says nothing about the others
    assert result.trial["phases"][-1]["ms"] < 250  # it does not wait for quiet


def test_nothing_painted(lab, shot):
    server = lab("--security", "tls", "--no-picture")
    result, picture = shot("--set", "security=tls", "--deadline", "1.5", server.target)
    outcome = result.trial["outcome"]
    assert result.status == 1 and picture is None
    assert (outcome["result"], outcome["family"], outcome["phase"]) == ("failed", "timeout", "graphics")
    assert result.trial["facts"]["graphics"] == {"paints": 0}


def test_other_trials_draw_nothing(lab, rdpprobe):
    for level in ("none", "bitmap", "gfx"):
        server = lab("--security", "tls")
        result = rdpprobe("connect", "--json", "--set", "security=tls", "--set", f"graphics={level}", server.target)
        assert result.status == 0 and result.trial["outcome"]["phase"] == "active"
        assert "graphics" not in result.trial["facts"]


def test_session_that_fails_after_a_paint(lab, shot):
    server = lab("--security", "tls", "--deny-if", "true", "--errinfo", "7", "--at", "active+50")
    result, picture = shot("--set", "security=tls", server.target)
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["code"], outcome["phase"]) == ("errinfo", 7, "graphics")
    assert picture == quarters()


@pytest.mark.parametrize("place", ["missing/desk.png", "folder", "/dev/null"])
def test_file_that_cannot_be_made(lab, rdpprobe, scratch, place):
    server, folder = lab("--security", "tls"), scratch("pictures")
    (folder / "folder").mkdir()
    result = rdpprobe("connect", "--set", "security=tls", "--screenshot", folder / place, server.target)
    assert result.status == 3 and result.stdout == ""
    assert result.stderr.startswith(f"rdpprobe connect: the screenshot {folder / place} cannot be made: ")
    assert server.connections() == []


def test_nothing_to_draw_with(rdpprobe):
    for option in (["--screenshot", "desk.png"], ["--until", "graphics"]):
        result = rdpprobe("connect", *option, "--set", "graphics=none", "localhost")
        assert result.status == 2 and "--set graphics=bitmap or graphics=gfx" in result.stderr
