"""What the batch engine does around the rules, for all lanes at once: start episodes, move deciding lanes, count.

This is text to be translated (see `translate`), not to be run by Python: `Reals`, `Ints` and `Shorts` (of 16 bits) are
arrays in memory, and `load_lanes`, `where` and the like come from `operations`. Lane k of vector v is episode
v * WIDTH + k of its block, and row r of the workspace lies at (v * rows + r) * WIDTH + k: what one vector needs lies
together.
"""

# mypy: ignore-errors

# ruff: noqa: F821

from __future__ import annotations

from wargame.engine.block import BINS, UNITS_PER_RANGE

FOR_ALL_LANES = True
LAST_BIN = BINS - 1.0
UNITS = float(UNITS_PER_RANGE)
FARTHEST = 4096.0
TOGETHER = 16


def reset(w: Reals, start: Reals, vectors: int, rows: int) -> None:
    """Every row of every lane as an episode begins."""
    for v in range(vectors):
        for row in range(rows):
            store_lanes(w, (v * rows + row) * WIDTH, start[row])


def number_lanes(w: Reals, first: int, step: int, vectors: int, rows: int, row: int) -> None:
    """Write a number into a row of every lane: `first` and so on by `step`."""
    for v in range(vectors):
        for k in range(WIDTH):
            w[(v * rows + row) * WIDTH + k] = real(first + step * (v * WIDTH + k))


def list_deciding(w: Reals, length: Ints, lanes: Ints, n: int, rows: int, row: int) -> int:
    """Note where the running lanes lie that decide in this phase; returns how many they are."""
    m = 0
    for lane in range(n):
        place = lane // WIDTH * rows * WIDTH + lane % WIDTH
        lanes[m] = place
        m = where(length[lane] < 0 and w[place + row * WIDTH] != 0.0, m + 1, m)
    return m


def keep_picks(
    w: Reals,
    picks: Ints,
    length: Ints,
    place: int,
    n: int,
    rows: int,
    row: int,
    order: int,
    blocked: Ints,
    first: int,
) -> None:
    """Note what one seat played in every lane, and count orders (an index, or -1) that were not carried out."""
    for lane in range(n):
        pick = whole(w[(lane // WIDTH * rows + row) * WIDTH + lane % WIDTH])
        picks[place + lane] = pick
        if order >= 0 and length[lane] < 0 and pick != order:
            blocked[first + lane] = blocked[first + lane] + 1


def any_ended(w: Reals, length: Ints, n: int, rows: int, row: int) -> int:
    """How many running lanes have met a terminal outcome."""
    found = 0
    for lane in range(n):
        place = lane // WIDTH * rows * WIDTH + lane % WIDTH
        found = where(length[lane] < 0 and w[place + row * WIDTH] >= 0.0, found + 1, found)
    return found


def count_states(
    w: Reals,
    shown: Reals,
    length: Ints,
    weights: Ints,
    weight: int,
    point: int,
    vectors: int,
    rows: int,
    first: int,
    variables: int,
    low: Reals,
    span: Reals,
    bins: Shorts,
    sums: Ints,
    histogram: Shorts,
) -> None:
    """Add the lanes' states at a point to its sums and histograms; each counts `weight` or, by `weights`, nothing.

    Lanes that ended before this point stay at the state in which they ended, which `shown` keeps.
    """
    for s in range(variables):
        lowest = low[s]
        width = span[s]
        added = load_words(weights, 0) * 0
        for v in range(vectors):
            place = (s * vectors + v) * WIDTH
            running = load_words(length, v * WIDTH) < 0
            value = where(running, load_lanes(w, (v * rows + first + s) * WIDTH), load_lanes(shown, place))
            store_lanes(shown, place, value)
            scaled = value - lowest
            if width != 1.0:
                scaled = scaled / width
            # An episode that is about to fail may hold anything, and will be taken off again.
            here = load_words(weights, v * WIDTH) != 0 and scaled == scaled
            scaled = where(here, scaled, 0.0)
            limited = where(scaled < -FARTHEST, -FARTHEST, scaled)
            limited = where(limited > FARTHEST, FARTHEST, limited)
            added = added + whole(nearest(limited * UNITS))
            # What is below 0 counts in the first bin, so that cutting off the fraction is as good as the floor.
            binned = limited * real(BINS)
            binned = where(binned < 0.0, 0.0, binned)
            binned = where(binned > LAST_BIN, LAST_BIN, binned)
            store_shorts(bins, place, whole(binned))
        sums[point * variables + s] = sums[point * variables + s] + total(added) * weight
    # Variable by variable in the inner loop: neighbours in one histogram would have to wait for each other. No more
    # variables at a time than have their histograms in the nearest cache.
    for part in range((variables + TOGETHER - 1) // TOGETHER):
        begin = part * TOGETHER
        end = where(begin + TOGETHER < variables, begin + TOGETHER, variables)
        for lane in range(vectors * WIDTH):
            counts = weights[lane]
            for s in range(begin, end):
                cell = (point * variables + s) * BINS + bins[s * vectors * WIDTH + lane]
                histogram[cell] = histogram[cell] + counts


def count_policies(
    picks: Ints,
    length: Ints,
    counted: Ints,
    numbers: Ints,
    n: int,
    first: int,
    begins: int,
    played: int,
    seats: int,
    lanes: int,
    policies: int,
    plays: Ints,
    policy_turns: Ints,
) -> None:
    """Count what was played from a turn on: by episode, and by turn."""
    for turn in range(begins, played):
        for seat in range(seats):
            for lane in range(n):
                pick = picks[(turn * seats + seat) * lanes + lane]
                if counted[lane] > 0 and turn < length[lane] and pick >= 0:
                    policy = numbers[seat * policies + pick]
                    plays[(first + lane) * policies + policy] = plays[(first + lane) * policies + policy] + 1
                    policy_turns[turn * policies + policy] = policy_turns[turn * policies + policy] + 1


def copy_states(
    shown: Reals,
    n: int,
    first: int,
    sampled: int,
    point: int,
    points: int,
    vectors: int,
    variables: int,
    sample: Reals,
) -> None:
    """The states at a point of those lanes whose episodes, from `first` on, are among those sampled."""
    for lane in range(where(sampled - first < n, sampled - first, n)):
        for s in range(variables):
            place = ((first + lane) * points + point) * variables + s
            sample[place] = shown[s * vectors * WIDTH + lane]


def copy_plays(
    picks: Ints,
    length: Ints,
    numbers: Ints,
    lane: int,
    episode: int,
    begins: int,
    turns: int,
    seats: int,
    lanes: int,
    policies: int,
    sample_plays: Ints,
) -> None:
    """What was played in one lane's episode, from a turn on."""
    for turn in range(begins, length[lane]):
        for seat in range(seats):
            pick = picks[(turn * seats + seat) * lanes + lane]
            if pick >= 0:
                sample_plays[(episode * turns + turn) * policies + numbers[seat * policies + pick]] = 1


def watch_rows(w: Reals, watch: Reals, place: int, size: int) -> None:
    """Copy the whole workspace, for tests."""
    for i in range(size):
        watch[place + i] = w[i]
