from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from wargame.plots.style import PALETTE, colours, fills, tick_turns, wrapped

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB under D65."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_palette_can_be_told_apart(vision):
    seen = [lab(VISION[vision] @ linear(colour)) for colour in PALETTE]
    distances = {
        pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in combinations(range(len(PALETTE)), 2)
    }
    closest = min(distances, key=distances.__getitem__)
    assert distances[closest] > 15, [PALETTE[place] for place in closest]


@pytest.mark.parametrize("vision", VISION)
def test_neighbours_in_a_stack_differ_clearly(vision):
    seen = [lab(VISION[vision] @ linear(colour)) for colour in PALETTE]
    assert min(np.linalg.norm(a - b) for a, b in pairwise(seen)) > 30


def test_colours_go_by_place_and_scale_up():
    assert colours(["a", "b"]) == {"a": PALETTE[0], "b": PALETTE[1]}
    many = colours(str(level) for level in range(21))
    lightness = [lab(linear(colour))[0] for colour in many.values()]
    assert len(set(many.values())) == 21
    assert (np.diff(lightness) > 0).all()


@pytest.mark.parametrize("count", [1, 9, 10, 18, 27])
def test_fills_are_all_different(count):
    """With ten and more, the same colour comes with other lines."""
    found = list(fills(str(place) for place in range(count)).values())
    assert len({(fill.colour, fill.hatch) for fill in found}) == count
    assert not any(fill.hatch for fill in found[:9])
    assert all(fill.hatch for fill in found[9:])


@pytest.mark.parametrize("vision", VISION)
def test_neighbours_in_a_stack_of_many_differ_clearly(vision):
    """Also where one colour of the palette follows the last, and for those who see no colours by the lines."""
    found = list(fills(str(place) for place in range(27)).values())
    seen = [lab(VISION[vision] @ linear(fill.colour)) for fill in found]
    assert min(np.linalg.norm(a - b) for a, b in pairwise(seen)) > 30


def test_lines_across_a_fill_are_seen_on_it():
    """By the contrast of 3 to 1 that the Web Content Accessibility Guidelines (1.4.11) ask of what has a meaning."""
    for fill in list(fills(str(place) for place in range(27)).values())[9:]:
        lines = "#FFFFFF" if fill.lines == "white" else fill.lines
        light, dark = sorted((float(TO_XYZ[1] @ linear(one)) for one in (fill.colour, lines)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, fill


def test_more_fills_than_can_be_told_apart_are_a_scale():
    many = fills(str(level) for level in range(40))
    assert {name: fill.colour for name, fill in many.items()} == colours(many)


def test_ticks_come_back_to_the_same_season():
    quarters = [f"{2025 + turn // 4}Q{turn % 4 + 1}" for turn in range(20)]
    places, labels = tick_turns(quarters, 6)
    assert places == [0, 4, 8, 12, 16]
    assert {label[-2:] for label in labels} == {"Q1"}
    assert tick_turns(["only"], 3) == ([0], ["only"])


def test_wrapped_lines_are_balanced():
    assert wrapped("one two three four", 15) == "one two\nthree four"
    assert wrapped("short", 15) == "short"
    assert wrapped("", 15) == ""
