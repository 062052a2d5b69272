"""What the compiler makes of the rules: packed arithmetic, and nothing that could change a bit."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import wargame
from wargame.engine.batch.kernel import Kernel
from wargame.engine.batch.machine import assembly, processor
from wargame.engine.rules import rules_for

MOST_SCALAR = 0.08
"""Share of scalar arithmetic in the largest blocks; measured: 0.02 to 0.06, numbers that are the same in all lanes."""

# Instructions of x86 and of ARM, with their operands where only those tell.
KINDS = {
    "packed": re.compile(r"\s(v?(add|sub|mul|div|sqrt)pd\s|f(add|sub|mul|div|sqrt)\s+(v\d+\.2d|z\d+\.d))"),
    "scalar": re.compile(r"\s(v?(add|sub|mul|div|sqrt)sd\s|f(add|sub|mul|div|sqrt)\s+d\d)"),
    "fused": re.compile(r"\s(v?fn?m(add|sub)\w*|fml[as]l?2?)\s"),
}

# Flags that would let LLVM compute something else than was written.
FLAGS = re.compile(r"\bf(add|sub|mul|div|neg|cmp)\s+(fast|contract|reassoc|nnan|ninf|nsz|arcp|afn)\b")


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    made = processor()
    rules = rules_for(wargame.load("korea-2025"))
    return Kernel(rules, width=made.width, scales=made.scales, uncertain=False)


@pytest.fixture(scope="module")
def instructions(kernel: Kernel) -> dict[str, Counter[str]]:
    """How many instructions of each kind there are, by function."""
    counts: dict[str, Counter[str]] = {}
    for text, thorough in ((kernel.rules_text(), False), (kernel.loop_text(), True)):
        current: Counter[str] = Counter()
        for line in assembly(text, thorough=thorough).splitlines():
            if label := re.match(r"^_?(\w+):", line):
                current = counts.setdefault(label[1], Counter())
            current.update(kind for kind, pattern in KINDS.items() if pattern.search(line))
            current["any"] += line.startswith("\t")
    return counts


def large_blocks(kernel: Kernel) -> list[str]:
    names = [name for name in kernel.rules.sources if name.startswith("evaluate_")] + ["nature"]
    assert len(names) == len(kernel.rules.scenario.actors) + 1
    return names


def test_large_blocks_are_written_for_vectors(kernel: Kernel) -> None:
    texts = dict(
        re.findall(r"^define void @(\w+)\(.*?\{(.*?)^\}", kernel.rules_text(), re.DOTALL | re.MULTILINE)
    )
    for name in large_blocks(kernel):
        packed = len(re.findall(rf"= f(?:add|sub|mul|div) <{kernel.width} x double>", texts[name]))
        scalar = len(re.findall(r"= f(?:add|sub|mul|div) double", texts[name]))
        assert packed > 300
        assert scalar / (packed + scalar) <= MOST_SCALAR, name


def test_large_blocks_hold_packed_arithmetic(kernel: Kernel, instructions: dict[str, Counter[str]]) -> None:
    for name in large_blocks(kernel):
        packed, scalar = instructions[name]["packed"], instructions[name]["scalar"]
        assert packed > 300
        assert scalar / (packed + scalar) <= MOST_SCALAR, name


def test_no_multiplication_is_fused_with_an_addition(
    kernel: Kernel, instructions: dict[str, Counter[str]]
) -> None:
    assert {*kernel.rules.sources, "play"} - {"deal", "deal_uncertain"} <= set(instructions)
    assert instructions["nature"]["any"] > 1000
    assert not [name for name, counts in instructions.items() if counts["fused"]]


@pytest.mark.parametrize("text", ["rules_text", "loop_text"])
def test_nothing_lets_the_compiler_change_a_result(kernel: Kernel, text: str) -> None:
    written = getattr(kernel, text)()
    assert " = fadd " in written or " = fmul " in written
    assert not FLAGS.search(written)
    assert not re.search(r"llvm\.(fma|fmuladd)|fast|contract", written)


def test_fused_and_scalar_instructions_would_be_found() -> None:
    fused = [
        "\tvfmadd213pd\t%zmm0, %zmm1",
        "\tvfnmadd231sd\t(%rax), %xmm1",
        "\tfmla\tv0.2d, v1.2d",
        "\tfmadd\td0, d1",
    ]
    others = [
        "\tvmulpd\t%zmm0",
        "\tvaddsd\t%xmm0",
        "\tfadd\tv0.2d, v1.2d",
        "\tfmul\td0, d1",
        "\tvfixupimmpd\t$0",
    ]
    assert all(KINDS["fused"].search(line) for line in fused)
    assert not any(KINDS["fused"].search(line) for line in others)
    assert [bool(KINDS["packed"].search(line)) for line in others] == [True, False, True, False, False]
    assert [bool(KINDS["scalar"].search(line)) for line in others] == [False, True, False, True, False]
    assert FLAGS.search("%sum = fadd contract double %a, %b")


def test_the_processor_could_fuse(kernel: Kernel) -> None:
    """Told that it may, the compiler does: the instructions above are missed for a reason."""
    text = re.sub(r"= f(add|mul) ", r"= f\1 contract ", kernel.rules_text())
    made = assembly(text, thorough=False)
    fusing = any(f"+{feature}" in processor().features.split(",") for feature in ("fma", "neon"))
    assert bool(KINDS["fused"].search(made)) == fusing
