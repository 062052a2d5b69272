from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wargame.experiment import Results
from wargame.plots.figures import outcome_figure, policy_figure, save_figures, trajectory_figure
from wargame.plots.outcomes import outcome_shares
from wargame.plots.policies import policy_shares
from wargame.plots.style import PALETTE, style
from wargame.plots.trajectories import fan_chart, fan_charts


@pytest.fixture(autouse=True)
def untouched():
    """No plot may change the settings around it."""
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before


@pytest.fixture(scope="module")
def small(synthetic):
    run = synthetic.synthetic_run(60, variables=3, horizon=6, actors=1)
    return Results.collect(run.layout, run.blocks(60), synthetic.synthetic_manifest())


@pytest.fixture(scope="module")
def written(small, tmp_path_factory):
    return save_figures(small, tmp_path_factory.mktemp("figures"), episode=3)


def test_outcome_bars_show_the_table(results):
    table = results.outcomes()
    ax = outcome_shares(table, labels=results.labels.outcomes)
    assert isinstance(ax, Axes)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == pytest.approx(list(100 * table["share"]))
    texts = {text.get_text() for text in ax.texts}
    assert {f"{n:,}" for n in table["n"]} <= texts
    assert "Nuclear use" in [label.get_text() for label in ax.get_yticklabels()]


def test_plots_draw_on_given_axes(results):
    given = Figure().add_subplot()
    assert outcome_shares(results.outcomes(), given, colours={"collapse": PALETTE[5]}) is given
    given = Figure().add_subplot()
    assert fan_chart(results.trajectories, given, variable="trust") is given
    given = Figure().add_subplot()
    assert policy_shares(results.policies(), given, actor="us") is given


def test_fan_chart_shows_median_and_episode(results):
    sample = results.sample
    ax = fan_chart(
        results.trajectories,
        variable="trust",
        label="Trust, worth $5 or $6",
        unit="index",
        turns=results.labels.turns,
        episode=sample[sample["episode"] == 3],
    )
    median, path, _ = ax.lines
    rows = results.trajectories[results.trajectories["variable"] == "trust"]
    assert list(median.get_ydata()) == list(rows["q50"])
    assert len(path.get_ydata()) == results.episodes["length"].iloc[3] + 1
    assert ax.get_title(loc="left") == "Trust, worth $5 or $6"
    assert ax.get_ylabel() == "index"
    ax.figure.canvas.draw()


def test_fan_charts_has_a_panel_for_each_variable(results):
    panels = fan_charts(results.trajectories, variables=["trust", "usfk", "trade", "tension", "warheads"])
    assert len(panels) == 5
    assert len({ax.figure for ax in panels}) == 1


def test_policy_bars_stack_to_the_whole(results):
    ax = policy_shares(results.policies(), actor="dprk", labels=results.labels.policies)
    bars = [[path.get_extents() for path in policy.get_paths()] for policy in ax.collections[:-1]]
    for below, above in pairwise(bars):
        assert [bar.y0 for bar in above] == pytest.approx([bar.y1 for bar in below])
    assert [bar.y0 for bar in bars[0]] == [0] * len(bars[0])
    assert [bar.y1 for bar in bars[-1]] == pytest.approx([100] * len(bars[0]))
    table = results.policies()
    shares = table[(table["actor"] == "dprk") & (table["turn"] == 2)]["share"]
    assert [policy[2].height for policy in bars] == pytest.approx(list(100 * shares))
    assert [policy[2].width for policy in bars] == pytest.approx([0.92] * len(bars))
    named = [
        text.get_text().replace("\n", " ")
        for text in sorted(ax.texts, key=lambda text: text.get_position()[1])
    ]
    assert named[0] == "Hold the present course"
    assert named[-1] == "Limited strike on launch sites"
    patches = sorted(ax.patches, key=lambda patch: patch.get_y())
    assert [patch.get_facecolor() for patch in patches] == [
        tuple(policy.get_facecolor()[0]) for policy in ax.collections[:-1]
    ]


def test_figures_are_written_in_both_formats(written):
    names = {path.name for path in written}
    assert names == {
        f"{name}.{suffix}"
        for name in ("outcomes", "trajectories", "policies-us")
        for suffix in ("png", "svg")
    }
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(names)
    for path in written:
        start = path.read_bytes()[:8]
        assert start.startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")


def test_figures_are_the_same_bytes_whatever_was_set_before(written, small, tmp_path):
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "axes.grid": True}):
        again = save_figures(small, tmp_path, episode=3)
    for before, after in zip(written, again, strict=True):
        assert before.read_bytes() == after.read_bytes(), before.name


@pytest.mark.parametrize(
    "build", [outcome_figure, trajectory_figure, lambda results: policy_figure(results, "us")]
)
def test_nothing_is_drawn_beyond_the_edge(results, build):
    with style():
        figure = build(results)
        box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= width
    assert box.y1 <= height


def test_an_episode_outside_the_sample_is_refused(results, tmp_path):
    with pytest.raises(ValueError, match="episode 299 is not among the 25"):
        save_figures(results, tmp_path, episode=299)


def test_pyplot_is_never_imported():
    code = (
        "import sys, wargame.plots.figures, wargame.plots.policies\n"
        "from wargame.plots.style import new_axes, style\n"
        "with style(): new_axes(3, 2).plot([1, 2])\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
