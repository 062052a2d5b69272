"""The report in headless Chromium: on a phone, on a desk and on paper. Run by `make browser`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wargame
from wargame.report.html.reading import read_subject
from wargame.report.html.writing import write

sys.path.insert(0, str(Path(__file__).parent))
from pages import QUARREL, QUESTION

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = {"width": 375, "height": 812}, {"width": 1280, "height": 800}
PAGES = ("korea", "quarrel", "ranged", "pushing", "sampled")


def chromium() -> str:
    """The program; without one the tests fail, for what is not looked at is not known to work."""
    given = os.environ.get("CHROMIUM")
    found = given or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "these tests need Chromium, and there is none on the PATH. Install it (on Debian: sudo apt-get install "
            "chromium), or name it: CHROMIUM=/path/to/chrome make browser",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=chromium(), args=list(OPTIONS), headless=True)
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of every kind: a large run, a small one without and with a range, arms without and with one."""
    from wargame.experiment.files import loads_experiment
    from wargame.experiment.sweep import save_sweep

    folder = tmp_path_factory.mktemp("pages")
    quiet: dict[str, Any] = {"progress": False}
    scenario = wargame.loads(QUARREL, file="quarrel.yaml")
    korea = wargame.simulate("korea-2025", episodes=40, engine="mesa", **quiet).save(folder / "korea-run")
    small = wargame.simulate(scenario, episodes=120, **quiet).save(folder / "small-run")
    sweep = wargame.sweep(scenario, lhs=30, episodes=10, **quiet)
    sampled = save_sweep(sweep, scenario, folder / "sweep", episodes=10, seed=1, orders=[])
    arms = {}
    for name, change in (("pushing", ""), ("sampled", "design: {lhs: 30}\n")):
        text = change + QUESTION.replace("pushing", name).replace("episodes: 80", "episodes: 20")
        asked = loads_experiment(text, scenario=scenario)
        arms[name] = wargame.experiment(asked, **quiet).save(folder / name)
    return {
        "korea": write(read_subject(korea), folder / "korea.html"),
        "quarrel": write(read_subject(small), folder / "quarrel.html"),
        "ranged": write(read_subject(small, sweep=sampled), folder / "ranged.html"),
        "pushing": write(read_subject(arms["pushing"]), folder / "pushing.html"),
        "sampled": write(read_subject(arms["sampled"]), folder / "sampled.html"),
    }


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def shown(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """An empty window in which everything that goes wrong is taken down."""
    page = browser.new_page(viewport=request.param)
    page.told, page.asked = [], []
    page.on("console", lambda message: page.told.append(message.text))
    page.on("pageerror", lambda error: page.told.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_and_says_nothing_to_the_console(name: str, shown: Any, pages: dict[str, Path]) -> None:
    shown.goto(pages[name].as_uri())
    # Opened or folded, nothing is wider than the window; tables scroll by themselves.
    for unfold in (False, True):
        if unfold:
            shown.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        width = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]
    pictures = shown.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert all(pictures)
    assert shown.told == []
    assert all(url.startswith(("file:", "data:")) for url in shown.asked)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(name: str, shown: Any, pages: dict[str, Path]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown.goto(pages[name].as_uri())
    shown.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(shown).response
    assert len(found["passes"]) > 10
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == [], [(one["id"], [node["html"] for node in one["nodes"][:3]]) for one in serious]


@pytest.mark.parametrize("name", PAGES)
def test_question_answer_and_stakes_are_on_the_first_screen_of_a_desk(
    name: str, browser: Any, pages: dict[str, Path]
) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto(pages[name].as_uri())
    bottom = page.evaluate("document.querySelector('.first').getBoundingClientRect().bottom")
    page.close()
    assert bottom <= DESK["height"]


def test_on_paper_the_stories_are_there_and_what_is_only_for_screens_is_not(
    browser: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(pages["korea"].as_uri())
    page.emulate_media(media="print")
    heights = page.evaluate(
        "[...document.querySelectorAll('#stories li')].map(item => item.getBoundingClientRect().height)"
    )
    assert len(heights) > 20
    assert min(heights) > 0
    assert not page.locator("nav").is_visible()
    page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    page.close()
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
