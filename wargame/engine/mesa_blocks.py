"""Playing blocks of episodes on the Mesa engine and recording them as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import BINS, FAILED, UNITS_PER_RANGE, Block, Failure
from wargame.engine.model import WargameModel
from wargame.engine.play import Play
from wargame.engine.rules import EpisodeError, Rules, rules_for

__all__ = ["fail_again", "play_block"]

FARTHEST = 2.0**12
"""Values farther than this many ranges from `low` count as this far in the sums."""


def play_block(play: Play, first: int, count: int) -> Block:
    """Play episodes `first` to `first + count - 1` on the Mesa engine."""
    recorder = _Recorder(rules_for(play.scenario), play, first, count)
    model: WargameModel | None = None
    for index in range(count):
        failure = None
        try:
            if model is None or play.actors:
                model = _model(play, first + index)
            else:
                model.reset(first + index)
            recorder.start(index, model)
            while model.running:
                model.step()
                recorder.turn(model)
        except EpisodeError as error:
            failure = error.failure
        recorder.end(index, model, failure)
    return recorder.block(play.sample)


def fail_again(play: Play, episode: int) -> Failure:
    """Play an episode that fails once more, to learn where and why; AssertionError if it does not fail."""
    try:
        _model(play, episode).play()
    except EpisodeError as error:
        return error.failure
    raise AssertionError(f"episode {episode} failed on one engine and not on the other")


def _model(play: Play, episode: int) -> WargameModel:
    return WargameModel(
        play.scenario,
        seed=play.seed,
        episode=episode,
        past=play.past,
        uncertain=play.uncertain,
        orders=play.orders,
        actors=play.actors,
        collect=False,
    )


class _Recorder:
    """Collects a block's episodes, then counts."""

    def __init__(self, rules: Rules, play: Play, first: int, count: int) -> None:
        self.rules, self.first = rules, first
        self.begins = 0 if play.past is None else play.past.turn
        layout = self.layout = rules.layout(uncertain=play.uncertain)
        turns, rows = layout.horizon, rules.rows
        self.outcome = np.full(count, FAILED, dtype=np.int16)
        self.length = np.zeros(count, dtype=np.int32)
        self.metrics = np.full((count, len(layout.metrics)), np.nan)
        self.payoffs = np.full((count, len(layout.actors)), np.nan)
        self.sampled = np.full((count, len(layout.sampled)), np.nan)
        self.blocked = np.zeros(count, dtype=np.int32)
        self.states = np.zeros((count, turns + 1, len(layout.variables)))
        self.plays = np.zeros((count, turns, len(layout.policies)), dtype=np.int16)
        self.failures: list[Failure] = []
        first_state = rules.first_row("state", [variable.name for variable in layout.variables])
        self._state = slice(first_state, first_state + len(layout.variables))
        self._play = [rows[f"play.{name}"] for name in layout.policies]
        self._metric = [rows[f"metric.{name}"] for name in layout.metrics]
        self._payoff = [rows[f"payoff.{name}"] for name in layout.actors]
        self._sampled = [rows[name.replace("parameters.", "parameter.", 1)] for name in layout.sampled]
        self._path: list[list[float]] = []
        self._choices: list[list[float]] = []

    def start(self, index: int, model: WargameModel) -> None:
        workspace = model.workspace
        self._path, self._choices = [workspace[self._state]], []
        self.sampled[index] = [workspace[row] for row in self._sampled]

    def turn(self, model: WargameModel) -> None:
        workspace = model.workspace
        self._path.append(workspace[self._state])
        self._choices.append([workspace[row] for row in self._play])

    def end(self, index: int, model: WargameModel | None, failure: Failure | None) -> None:
        if failure is not None:
            self.failures.append(failure)
            self.length[index] = failure.turn
            return
        assert model is not None
        workspace = model.workspace
        self.outcome[index] = int(workspace[self.rules.rows["outcome"]])
        self.length[index] = model.length
        self.metrics[index] = [workspace[row] for row in self._metric]
        self.payoffs[index] = [workspace[row] for row in self._payoff]
        self.blocked[index] = model.orders_blocked
        last = self.begins + len(self._choices)
        self.states[index, self.begins : last + 1] = self._path
        self.states[index, last + 1 :] = self._path[-1]
        if self._choices:
            self.plays[index, self.begins : last] = self._choices

    def block(self, sample: int) -> Block:
        kept = self.outcome != FAILED
        states, plays = self.states[kept], self.plays[kept]
        shown = slice(0, max(0, min(sample - self.first, len(self.outcome))))
        return Block(
            first=self.first,
            outcome=self.outcome,
            length=self.length,
            metrics=self.metrics,
            payoffs=self.payoffs,
            plays=self.plays.sum(axis=1, dtype=np.int32),
            sampled=self.sampled,
            orders_blocked=self.blocked,
            running=self._running(self.length[kept]),
            sums=self._sums(states),
            histogram=self._histogram(states),
            policy_turns=plays.sum(axis=0, dtype=np.int64),
            sample=self.states[shown],
            sample_plays=self.plays[shown],
            failures=self.failures,
        )

    def _running(self, lengths: NDArray[np.int32]) -> NDArray[np.int64]:
        played = lengths[:, None] >= np.arange(1, self.layout.horizon + 1)
        running: NDArray[np.int64] = np.concatenate([[len(lengths)], played.sum(axis=0)]).astype(np.int64)
        return running

    def _scaled(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        low = np.array([variable.low for variable in self.layout.variables])
        high = np.array([variable.high for variable in self.layout.variables])
        scaled: NDArray[np.float64] = (states - low) / (high - low)
        return scaled

    def _sums(self, states: NDArray[np.float64]) -> NDArray[np.int64]:
        limited = np.clip(self._scaled(states), -FARTHEST, FARTHEST)
        sums: NDArray[np.int64] = np.rint(limited * float(UNITS_PER_RANGE)).astype(np.int64).sum(axis=0)
        sums[: self.begins] = 0
        return sums

    def _histogram(self, states: NDArray[np.float64]) -> NDArray[np.int64]:
        points, variables = states.shape[1:]
        bins = np.clip(np.floor(self._scaled(states) * BINS), 0, BINS - 1).astype(np.int64)
        place = np.arange(points * variables).reshape(points, variables) * BINS
        counted = np.bincount((bins + place).ravel(), minlength=points * variables * BINS)
        counted = counted.reshape(points, variables, BINS).astype(np.int64)
        counted[: self.begins] = 0
        return counted
