# ruff: noqa: E501 (the table has one row for each kind of mistake, however long)
"""What is said of bad scenarios: each kind of mistake, its file and line, and how to mend it.

Every case edits one place of a valid scenario. The message must stand at the line of the edit (or at the line that
holds `at`), say what is wrong, and give a remedy; one mistake gives one message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import wargame
from wargame.scenario.errors import Problem, ScenarioError

BASE = """\
name: rivalry
title: A small rivalry
time: {step: quarter, start: 2025Q3, horizon: 8}
parameters:
  gain: {value: 0.1, unit: per turn, judgement: made up}
  cap:
    value: 1
    distribution: {uniform: [0.8, 1.2]}
state:
  tension: {initial: 0.3, bounds: [0, cap]}
  stock: {initial: {uniform: [0, 1]}, range: [0, 50]}
define:
  threat: tension + 0.1 * stock
turn: {phases: [opening, answer]}
actors:
  north:
    policies:
      wait: {phase: opening}
      push:
        phase: opening
        available: tension < 0.9
        cost: 0.1
        effects:
          tension: gain
    utility: -threat
    decision:
      rule: logit
      precision: 4
      expects: {beliefs: adaptive, rate: 0.3}
    perception:
      tension: {bias: 0.05, noise: 0.1}
  south:
    policies:
      hold: {phase: answer}
      offer:
        phase: answer
        levels: {from: 0, to: 1, step: 0.25}
        effects:
          stock: level
    decision:
      rule: mixed
      probabilities: {hold: 0.5, "offer[0.5]": 0.5}
effects:
  fade: {effects: {tension: -0.1 * tension}}
nature:
  incident:
    draw: {bernoulli: 0.1 * tension}
    effects: {tension: 0.2}
  election:
    draw: {categorical: {hawk: 0.5, dove: 0.5}}
    effects: {stock: election.hawk}
calendar:
  - {name: summit, on: 2025Q4, add: {tension: -0.1}}
outcomes:
  war: {when: tension >= cap, terminal: true}
  peace: {when: tension < 0.1}
  drift: {default: true}
metrics:
  peak: max(tension)
  crisis: {value: first(tension > 0.8)}
"""


MIXTURE = 'rule: mixed\n      probabilities: {hold: 0.5, "offer[0.5]": 0.5}'


@dataclass(frozen=True, kw_only=True)
class Case:
    """A mistake: `old` becomes `new`; what the message must hold."""

    name: str
    old: str
    new: str
    says: str
    found: str = ""
    allowed: str = ""
    mend: str
    at: str = ""
    problems: int = 1

    @property
    def text(self) -> str:
        assert BASE.count(self.old) == 1, f"{self.old!r} stands {BASE.count(self.old)} times in the base"
        return BASE.replace(self.old, self.new)

    @property
    def line(self) -> int:
        """The line that holds `at`, or else the first one that differs from the base."""
        rows = self.text.splitlines()
        if self.at:
            return next(number for number, row in enumerate(rows, 1) if self.at in row)
        before = BASE.splitlines()
        return next(n for n, row in enumerate(rows, 1) if n > len(before) or row != before[n - 1])


def case(name: str, old: str, new: str, says: str, *, mend: str, **more: object) -> Case:
    return Case(name=name, old=old, new=new, says=says, mend=mend, **more)  # type: ignore[arg-type]


def formula(name: str, text: str, says: str, *, mend: str, **more: object) -> Case:
    """A mistake inside a formula, here the definition `threat`."""
    return case(name, "threat: tension + 0.1 * stock", f"threat: {text}", says, mend=mend, **more)


EXPECTS = "{beliefs: adaptive, rate: 0.3}"
UTILITY = "    utility: -threat"

REASONING = [
    case("foresight_zero", "      precision: 4", "      precision: 4\n      foresight: 0", "decision.foresight: the number must be at least 1", mend="correct the number"),
    case("foresight_without_looking_ahead", "      rule: mixed", "      rule: mixed\n      foresight: 2", "`mixed` does not look ahead and takes no `foresight`", mend="use `rule: logit` or `greedy`"),
    case("leaf_without_looking_ahead", "      rule: mixed", "      rule: mixed\n      leaf: 1", "`mixed` does not look ahead and takes no `leaf`", mend="use `rule: logit` or `greedy`"),
    case("later_unknown", "      precision: 4", "      precision: 4\n      later: often", "decision.later: this is not one of the allowed words", found="often", allowed="best, logit, same", mend="use one of the words above"),
    case("later_logit_without_precision", "      rule: logit\n      precision: 4", "      rule: greedy\n      later: logit", "own later choices by `logit` need a precision", mend="use `later: best` or `same`", at="      later:"),
    case("expects_a_word", EXPECTS, "nash", "this is no way to expect something of the others", found="'nash'", allowed="{beliefs: ...}, {level: ...} or equilibrium", mend="expects: equilibrium"),
    case("expects_two_ways", EXPECTS, "{beliefs: last, level: 1}", "by `beliefs`, by `level` or an `equilibrium`, one of them", found="`beliefs` and `level`", mend="keep one of them"),
    case("expects_in_no_way", EXPECTS, "{rate: 0.3}", "by `beliefs`, by `level` or an `equilibrium`, one of them", found="none of them", mend="{level: 1}"),
    case("equilibrium_with_more", EXPECTS, "{equilibrium: true, level: 1}", "`equilibrium` stands alone", mend="write `expects: equilibrium`"),
    case("level_zero_for_good", EXPECTS, "{level: 0}", "expects.level: the number must be at least 1", mend="correct the number"),
    case("level_takes_no_rate", EXPECTS, "{level: 1, rate: 0.3}", "levels of reasoning take no `rate`", allowed="below, level0", mend="remove it"),
    case("beliefs_take_no_level0", EXPECTS, "{beliefs: last, level0: last}", "beliefs `last` take no `level0`", mend="remove it, or choose other beliefs"),
    case("poisson_without_most", EXPECTS, "{level: {poisson: 1.5}}", "need `poisson` (the mean) and `most` (the highest level)", found="no `most`", mend="{poisson: 1.5, most: 7}"),
    case("poisson_twice", EXPECTS, "{level: {poisson: 1.5, most: 3}, below: {poisson: 1}}", "believe in the same one below them", mend="remove `below`"),
    case("level_with_a_name", EXPECTS, "{level: {high: 1}}", "the chances of levels are given by level", found="high", mend="{1: 0.4, 2: 0.6}"),
    case("only_level_zero", EXPECTS, "{level: {0: 1}}", "north is always of level 0, which does not reason", mend="add a higher level"),
    case("level_chance_negative", EXPECTS, "{level: {1: -0.5, 2: 1}}", "the chance of level 1 is -0.5", mend="give a larger number"),
    case("level_state", EXPECTS, "{level: {1: tension, 2: 1}}", "cannot be used in a number that is fixed", mend="use numbers and parameters"),
    case("poisson_negative", EXPECTS, "{level: 2, below: {poisson: -1}}", "the mean of the levels below is -1", mend="give a larger number"),
    case("level0_unknown_policy", EXPECTS, "{level: 1, level0: {south: hodl}}", "`level0` is no rule, and south has no such policy", allowed="uniform, last, hold", mend="did you mean 'hold'?"),
    case("level0_unknown_actor", EXPECTS, "{level: 1, level0: {suoth: hold}}", "`level0` names 'suoth', which is no actor", allowed="north, south", mend="did you mean 'south'?"),
    case("level0_not_of_all", EXPECTS, "{level: 1, level0: wait}", "`level0` is no rule, and south has no such policy", mend="`level0: {south: hold}`"),
    case("level0_script_unordered", EXPECTS, "{level: 1, level0: {south: {0: hold, 2: hold, 1: hold}}}", "south's script are not in order of time", mend="sort them"),
    case("greedy_equilibrium", "      rule: logit\n      precision: 4\n      expects: {beliefs: adaptive, rate: 0.3}", "      rule: greedy\n      expects: equilibrium", "an equilibrium is one of logit choices", mend="use `rule: logit` with a high precision"),
    case("later_in_equilibrium", EXPECTS, "equilibrium\n      later: same", "in an equilibrium the own later choices are part of it", mend="remove `later`", at="      later:"),
    case("types_in_equilibrium", "      expects: {beliefs: adaptive, rate: 0.3}", "      expects: equilibrium\n    types: {parameter: gain, distribution: {uniform: [0, 1]}, points: 3}", "which is not found for actors with private types", mend="`expects: {level: ...}`", at="    types:"),
    case("types_of_one", UTILITY, UTILITY + "\n    types: {a: {probability: 1, set: {gain: 1}}}", "actors.north.types: too few entries", mend="add or remove entries"),
    case("types_of_no_parameter", UTILITY, UTILITY + "\n    types: {parameter: gian, distribution: {uniform: [0, 1]}, points: 3}", "types set 'gian', which is no parameter", allowed="gain, cap", mend="did you mean 'gain'?"),
    case("types_that_do_not_add_up", UTILITY, UTILITY + "\n    types: {a: {probability: 0.5, set: {gain: 1}}, b: {probability: 0.4, set: {gain: 2}}}", "must add up to 1", found="0.9", mend="correct them"),
    case("types_of_a_choice", UTILITY, UTILITY + "\n    types: {parameter: gain, distribution: {choice: [0, 1]}, points: 2}", "types from a `choice` have names", mend="write them out"),
    case("private_bound", UTILITY, UTILITY + "\n    types: {a: {probability: 0.5, set: {cap: 1}}, b: {probability: 0.5, set: {cap: 2}}}", "'cap' is private to north, whose types say how it is distributed", mend="remove it", at="    distribution: {uniform: [0.8", problems=3),
    case("type_named_by_a_word", UTILITY, UTILITY + "\n    types: {min: {probability: 0.5, set: {gain: 1}}, b: {probability: 0.5, set: {gain: 2}}}", "'min' cannot be the name of a type", mend="choose another name"),
    formula("belief_of_no_type", "belief.north.strong", "there is no type 'north.strong'", mend="there is none: leave it out"),
]  # fmt: skip

KEYS = [
    case("unknown_top_key", "metrics:", "metricks:", "unknown key 'metricks' in the scenario", allowed="metrics", mend="did you mean 'metrics'?"),
    case("unknown_key_of_no_kin", "    utility: -threat", "    utility: -threat\n    flag: red", "unknown key 'flag' in actors.north", found="'red'", allowed="policies, utility", mend="remove it"),
    case("key_in_wrong_case", "horizon: 8", "Horizon: 8", "unknown key 'Horizon' in time", mend="did you mean 'horizon'?"),
    case("key_with_dash", "      precision: 4", "      precision: 4\n      dis-count: 1", "unknown key 'dis-count'", mend="did you mean 'discount'?"),
    case("key_one_level_too_high", "    utility: -threat", "    utility: -threat\n    precision: 4", "unknown key 'precision' in actors.north", mend="`precision` belongs under `decision`"),
    case("unknown_distribution", "{uniform: [0.8, 1.2]}", "{unifrom: [0.8, 1.2]}", "unknown key 'unifrom'", allowed="uniform, triangular", mend="did you mean 'uniform'?"),
    case("unknown_initial_distribution", "{initial: {uniform: [0, 1]}", "{initial: {gauss: [0, 1]}", "unknown key 'gauss'", allowed="uniform, triangular, normal", mend="use one of the keys above"),
    case("unknown_key_of_effect", "          tension: gain", "          tension: {sett: gain}", "unknown key 'sett'", allowed="add, set", mend="did you mean 'set'?"),
    case("misspelt_required_key", "    decision:\n      rule: mixed", "    decison:\n      rule: mixed", "unknown key 'decison' in actors.south", mend="did you mean 'decision'?"),
    case("misspelt_utility", "    utility: -threat", "    utilty: -threat", "unknown key 'utilty' in actors.north", mend="did you mean 'utility'?"),
    case("missing_name", "name: rivalry\n", "", "the key 'name' is missing in the scenario", mend="add a line such as `name: my-scenario`", at="title:"),
    case("missing_decision", "    decision:\n      rule: mixed\n      probabilities: {hold: 0.5, \"offer[0.5]\": 0.5}\n", "", "the key 'decision' is missing in actors.south", mend="add for example `decision:", at="  south:"),
    case("missing_precision", "      precision: 4\n", "", "the rule `logit` needs `precision`", mend="add `precision: ...`", at="    decision:"),
    case("key_of_another_rule", "      precision: 4", "      precision: 4\n      script: {0: wait}", "the rule `logit` takes no `script`", mend="remove `script`, or use `rule: script`"),
    case("expects_without_looking_ahead", "      rule: mixed", "      rule: mixed\n      expects: {beliefs: last}", "`mixed` does not look ahead and takes no `expects`", mend="use `rule: logit` or `greedy`"),
    case("ties_without_greedy", "      precision: 4", "      precision: 4\n      ties: random", "only the rule `greedy` has `ties`", mend="remove `ties`, or use `rule: greedy`"),
    case("beliefs_need_rate", "{beliefs: adaptive, rate: 0.3}", "{beliefs: adaptive}", "beliefs `adaptive` need `rate`", mend="add `rate: ...`"),
    case("beliefs_take_no_rate", "{beliefs: adaptive, rate: 0.3}", "{beliefs: last, rate: 0.3}", "beliefs `last` take no `rate`", allowed="no other key", mend="remove it, or choose other beliefs"),
    case("unknown_rule", "rule: logit", "rule: Logitt", "not one of the allowed words", found="'Logitt'", allowed="greedy, logit, mixed", mend="did you mean 'logit'?"),
    case("unknown_step", "step: quarter", "step: quarterly", "not one of the allowed words", allowed="year, half-year, quarter", mend="did you mean 'quarter'?"),
    case("source_and_judgement", "judgement: made up", "judgement: made up, source: SIPRI", "has a source or is a judgement, not both", mend="keep one of `source` and `judgement`"),
    case("two_draws", "{bernoulli: 0.1 * tension}", "{bernoulli: 0.1, rate: 2}", "exactly one kind must be given", found="bernoulli, rate", mend="keep one of them"),
    case("name_with_capitals", "name: rivalry", "name: Rivalry 2025", "cannot be the name of a scenario", allowed="lower-case letters, digits and dashes", mend="write `name: rivalry-2025`"),
]  # fmt: skip

VALUES = [
    case("empty_key", "    utility: -threat", "    utility:", "actors.north.utility: nothing is given", mend="write a value, or remove the key"),
    case("empty_cost", "cost: 0.1", "cost:", "actors.north.policies.push.cost: nothing is given", mend="write a value, or remove the key"),
    case("boolean_for_number", "value: 0.1", "value: true", "expected a number or a formula", found="true", mend="write 1 for true and 0 for false"),
    case("boolean_for_whole_number", "horizon: 8", "horizon: true", "expected a whole number", found="true", mend="write a whole number"),
    case("quoted_whole_number", "horizon: 8", 'horizon: "8"', "expected a whole number", found="'8'", mend="write 8 without quotes"),
    case("fraction_for_whole_number", "horizon: 8", "horizon: 8.5", "expected a whole number", found="8.5", mend="write a whole number"),
    case("horizon_zero", "horizon: 8", "horizon: 0", "the number must be at least 1", found="0", allowed="at least 1", mend="correct the number"),
    case("horizon_too_long", "horizon: 8", "horizon: 1000000", "the number must be at most 10,000", mend="correct the number"),
    case("yes_for_true", "terminal: true", "terminal: yes", "expected true or false", found="'yes'", allowed="true, false", mend="write true: YAML 1.2 knows only these two words"),
    case("off_for_false", "drift: {default: true}", "drift: {default: true}\n  talks: {when: tension < 0.2, terminal: off}", "expected true or false", mend="write false"),
    case("one_for_true", "terminal: true", "terminal: 1", "expected true or false", found="1", mend="write true"),
    case("number_for_text", "unit: per turn", "unit: 10", "expected a text", found="10", mend='put it in quotes: "10"'),
    case("list_for_number", "value: 0.1", "value: [0.1]", "expected a number or a formula", found="a list of 1", mend="write a number, or a formula"),
    case("mapping_for_formula", "    utility: -threat", "    utility: {goal: {sum: {a: 1}}}", "unknown key 'sum' in actors.north.utility.goal", mend="one of the keys above"),
    case("formula_in_braces", "threat: tension + 0.1 * stock", "threat: {value: {tension}}", "define.threat.value.tension: nothing is given", mend="write a value, or remove the key"),
    case("state_without_mapping", "tension: {initial: 0.3, bounds: [0, cap]}", "tension: 0.3", "state.tension: expected a mapping of keys", found="0.3", allowed="initial, bounds", mend="tension: {initial: 0, bounds: [0, 1]}"),
    case("list_for_mapping", "outcomes:\n  war:", "outcomes:\n  brawl: [tension, 3]\n  war:", "outcomes.brawl: expected a mapping of keys", found="a list of 2", mend="write its keys indented on the lines below"),
    case("one_bound", "bounds: [0, cap]", "bounds: [0]", "state.tension.bounds: too few entries", found="a list of 1", allowed="exactly 2 entries", mend="write `bounds: [low, high]`"),
    case("three_bounds", "bounds: [0, cap]", "bounds: [0, 1, 2]", "state.tension.bounds: too many entries", allowed="exactly 2 entries", mend="write `bounds: [low, high]`"),
    case("no_policies", "    policies:\n      wait: {phase: opening}\n      push:", "    policies: {}\n    unused:\n      push:", "unknown key 'unused'", mend="remove it", problems=2, at="    unused:"),
    case("bad_bounds", "bounds: [0, cap]", "bounds: [1, 0]", "bounds must rise, and 1 is not below 0", found="[1, 0]", allowed="low < high", mend="swap or correct them"),
    case("bounds_by_parameters", "bounds: [0, cap]", "bounds: [cap, gain]", "bounds must rise, and 1 is not below 0.1", mend="swap or correct them"),
    case("no_bounds_and_no_range", "bounds: [0, cap]", "unit: index", "'tension' has no two bounds and no range", found="no `bounds`", mend="or `range: [low, high]` for its histograms"),
    case("open_bound_without_range", "bounds: [0, cap]", "bounds: [0, null]", "'tension' has no two bounds and no range", found="a bound that is null", mend="add `bounds: [low, high]`"),
    case("range_that_falls", "range: [0, 50]", "range: [50, 0]", "range must rise", mend="swap or correct them"),
    case("initial_outside_bounds", "initial: 0.3", "initial: 1.3", "the initial value 1.3 lies outside [0, 1]", found="1.3", allowed="[0, 1]", mend="correct the value or the limits"),
    case("initial_outside_bounds_with_range", "initial: 0.3, bounds: [0, cap]", "initial: 1.3, bounds: [0, cap], range: [0, 2]", "the initial value 1.3 lies outside [0, 1]", mend="correct the value or the limits"),
    case("distribution_out_of_order", "uniform: [0.8, 1.2]", "uniform: [1.2, 0.8]", "these numbers make no uniform distribution", found="1.2, 0.8", allowed="low <= high", mend="put them in rising order"),
    case("triangle_mode_outside", "uniform: [0.8, 1.2]", "triangular: [0, 3, 2]", "these numbers make no triangular distribution", allowed="low <= mode <= high", mend="put them in rising order"),
    case("negative_sd", "{uniform: [0.8, 1.2]}", "{normal: {mean: 1, sd: -1}}", "these numbers make no normal distribution", allowed="sd >= 0", mend="correct the number"),
    case("weights_of_another_number", "{uniform: [0.8, 1.2]}", "{choice: {values: [1, 2], weights: [1]}}", "values and weights differ in number", found="2 values, 1 weights", mend="give one weight for each value"),
    case("probability_above_one", "{bernoulli: 0.1 * tension}", "{bernoulli: 10}", "the probability is 10, which does not lie between 0 and 1", found="10", allowed="0 to 1", mend="0.05 for 5 %"),
    case("probability_computed_above_one", "{bernoulli: 0.1 * tension}", "{bernoulli: cap + gain}", "the probability is 1.1, which does not lie", found="cap + gain", mend="0.05 for 5 %"),
    case("negative_rate", "{bernoulli: 0.1 * tension}", "{rate: -1}", "the rate is -1", allowed="at least 0", mend="give a larger number"),
    case("negative_precision", "precision: 4", "precision: -4", "the precision is -4", allowed="at least 0", mend="give a larger number"),
    case("discount_above_one", "precision: 4", "precision: 4\n      discount: 1.5", "the discount factor is 1.5", allowed="0 to 1", mend="such as 0.95"),
    case("learning_rate_above_one", "rate: 0.3", "rate: 3", "the rate of adaptation is 3", mend="1 believes the last move"),
    case("negative_noise", "noise: 0.1", "noise: -0.1", "the noise is -0.1", mend="give a larger number"),
    case("weights_all_zero", 'probabilities: {hold: 0.5, "offer[0.5]": 0.5}', "probabilities: {hold: 0}", "all weights are 0", found="hold: 0", mend="give at least one policy a positive weight"),
    case("negative_weight", "{hold: 0.5,", "{hold: -0.5,", "the weight of hold is -0.5", mend="give a larger number"),
    case("one_category", "{hawk: 0.5, dove: 0.5}", "{hawk: 0.5}", "too few entries", allowed="at least 2 entries", mend="name at least two categories"),
    case("categories_without_weight", "{hawk: 0.5, dove: 0.5}", "{hawk: 0, dove: 0}", "the weights of the categories are all 0", mend="give at least one category a positive weight"),
    case("categories_do_not_add_up", "{hawk: 0.5, dove: 0.5}", "{hawk: 0.5, dove: 0.4}", "the probabilities of the categories add up to 0.9", found="hawk: 0.5, dove: 0.4", allowed="a sum of 1", mend="add a category for the rest"),
    case("poisson_without_max", "{bernoulli: 0.1 * tension}", "{poisson: {mean: 2}}", "the key 'max' is missing in nature.incident.draw.poisson", mend="add `max: ...`"),
    case("levels_that_do_not_fit", "step: 0.25", "step: 0.3", "in whole steps", found="3.33333 steps", mend="choose a step that divides the interval"),
    case("levels_downwards", "{from: 0, to: 1, step: 0.25}", "{from: 1, to: 0, step: 0.25}", "levels must rise", found="from 1 to 0", mend="swap `from` and `to`"),
    case("levels_with_formula", "{from: 0, to: 1,", "{from: 0, to: cap,", "expected a plain number", found="'cap'", mend="a formula cannot stand here"),
    case("levels_too_fine_for_names", "{from: 0, to: 1, step: 0.25}", "{from: 1e10, to: 10000000001, step: 0.5}", "cannot be told apart by their names", mend="choose a larger step"),
    case("infinite_number", "initial: 0.3", "initial: .inf", "a number must be finite", found=".inf", mend="give a large number instead"),
    case("overflowing_number", "initial: 0.3", "initial: 1e400", "a number must be finite", found="1e400", mend="give a large number instead"),
    case("not_a_number", "cost: 0.1", "cost: .nan", "a number must be finite", found=".nan", mend="give a large number instead"),
]  # fmt: skip

NAMES = [
    formula("unknown_name", "tensoin + 0.1 * stock", "unknown name 'tensoin'", found="tensoin + 0.1 * stock", allowed="tension", mend="did you mean 'tension'?"),
    formula("unknown_name_in_wrong_case", "Tension + stock", "unknown name 'Tension'", mend="did you mean 'tension'?"),
    formula("unknown_name_of_no_kin", "tension + xylophone + stock", "unknown name 'xylophone'", mend="declare it under `parameters`, `state` or `define`"),
    formula("policy_without_actor", "tension + push * stock", "unknown name 'push'", mend="did you mean 'north.push'?"),
    formula("unknown_policy", "tension + north.pushh * stock", "north has no policy 'pushh'", allowed="north.wait, north.push", mend="did you mean 'north.push'?"),
    formula("unknown_last_policy", "tension + last.north.wiat * stock", "north has no policy 'wiat'", allowed="last.north.wait", mend="did you mean 'last.north.wait'?"),
    formula("actor_alone", "tension + north * stock", "'north' is not a number", allowed="north.wait, north.push", mend="write for example north.wait"),
    formula("level_off_the_grid", "tension + south.offer[0.3] * stock", "south.offer has no level 0.3", allowed="0, 0.25, 0.5, 0.75, 1", mend="did you mean south.offer[0.25]?"),
    formula("level_of_plain_policy", "tension + north.push[1] * stock", "north.push has no levels", mend="write north.push"),
    formula("unknown_outcome", "tension + outcome.wra * stock", "there is no outcome 'wra'", allowed="outcome.war", mend="did you mean 'outcome.war'?"),
    formula("outcome_without_prefix", "tension + war * stock", "unknown name 'war'", mend="did you mean 'outcome.war'?"),
    formula("unknown_now", "now.tensio + stock", "there is no state variable 'tensio'", mend="did you mean 'now.tension'?"),
    formula("last_of_a_variable", "last.tension + tension + stock", "`last` is for choices", mend="now.x is what x was as this turn began"),
    formula("unknown_category", "tension + election.hawkk * stock", "'election' has no category 'hawkk'", allowed="election.hawk, election.dove", mend="did you mean 'election.hawk'?"),
    formula("categorical_item_alone", "tension + election * stock", "'election' is not a number", allowed="election.hawk", mend="write for example election.hawk"),
    formula("attribute_of_a_variable", "tension.real + stock", "'tension' has no parts", mend="write tension"),
    formula("month_in_quarters", "tension + month + stock", "'month' is not known: the turns of this scenario have no such date", mend="or use `turn`"),
    formula("level_outside_numeric_policy", "tension + level + stock", "`level` stands only inside a numeric policy", mend="give the policy `levels`"),
    case("choice_in_parameter", "value: 0.1", "value: 0.1 + north.push", "'north.push' cannot be used in the value of a parameter", allowed="parameters", mend="parameters are fixed as the episode starts"),
    case("state_in_bounds", "bounds: [0, cap]", "bounds: [0, stock]", "'stock' cannot be used in bounds and ranges", mend="limit a formula with clip() instead"),
    case("state_in_distribution", "uniform: [0.8, 1.2]", "uniform: [0.8, tension]", "'tension' cannot be used in the numbers of a distribution", mend="use numbers and parameters"),
    case("state_in_discount", "precision: 4", "precision: 4\n      discount: tension", "cannot be used in a number that is fixed for the whole episode", mend="use numbers and parameters"),
    case("state_in_learning_rate", "rate: 0.3", "rate: tension", "cannot be used in a number that is fixed for the whole episode", mend="use numbers and parameters"),
    case("state_in_prior", "{beliefs: adaptive, rate: 0.3}", "{beliefs: fictitious, prior: {south: {hold: stock}}}", "cannot be used in a number that is fixed", mend="use numbers and parameters"),
    case("initial_uses_later_variable", "initial: 0.3", "initial: stock / 50", "the initial value uses 'stock', which is dealt later", found="stock / 50", mend="move 'stock' above 'tension'"),
    case("available_uses_own_phase", "available: tension < 0.9", "available: north.wait < 0.9", "`available` uses 'north.wait', which is not known before phase 'opening'", allowed="last.actor.policy", mend="use last.north.wait"),
    case("available_uses_it_through_define", "available: tension < 0.9", "available: hidden < 0.9", "`available` uses 'south.hold' (through 'hidden')", mend="use last.south.hold", at="available:"),
    case("tremble_uses_later_choice", "precision: 4", "precision: 4\n      tremble: 0.1 * south.hold", "the tremble uses 'south.hold', which is not known before phase 'opening'", mend="use last.south.hold"),
    case("precision_uses_own_choice", "precision: 4", "precision: 4 * north.wait", "the precision uses 'north.wait'", mend="use last.north.wait"),
    case("mixture_uses_own_phase", "{hold: 0.5,", "{hold: south.offer,", "the probability of hold uses 'south.offer', which is not known before phase 'answer'", mend="use last.south.offer"),
    case("revise_uses_a_choice", "precision: 4", "precision: 4\n      revise: north.wait", "'north.wait' cannot be used in formulas that are read before anyone has chosen", mend="use last.actor.policy"),
    case("bias_uses_a_choice", "bias: 0.05", "bias: 0.05 * north.push", "'north.push' cannot be used in formulas that are read before anyone has chosen", mend="use last.actor.policy"),
    case("noise_uses_a_choice_through_define", "noise: 0.1", "noise: hidden", "the noise uses 'south.hold' (through 'hidden'), which is not known before anyone has chosen", mend="use last.south.hold", at="noise:"),
    case("calendar_uses_a_choice", "add: {tension: -0.1}", "add: {tension: -0.1 * north.push}", "'north.push' cannot be used in the calendar", mend="the calendar acts before anyone chooses"),
    case("unknown_revise_word", "precision: 4", "precision: 4\n      revise: everybody", "not one of the allowed words", found="everybody", allowed="all, one, or a probability", mend="write all, one, or a number"),
    case("definitions_in_a_circle", "threat: tension + 0.1 * stock", "threat: fear + tension + stock\n  fear: 0.5 * threat", "definitions depend on each other in a circle: threat -> fear -> threat", mend="break the circle"),
    case("outcomes_in_a_circle", "peace: {when: tension < 0.1}", "peace: {when: not outcome.drift}", "in a circle", mend="break the circle"),
    case("parameters_in_a_circle", "gain: {value: 0.1,", "gain: {value: 0.1 * loss,", "parameters depend on each other in a circle: gain -> loss -> gain", mend="give one of them a number", at="gain:"),
    case("name_used_twice", "threat: tension + 0.1 * stock", "threat: tension + 0.1 * stock\n  gain: 2", "the name 'gain' is used twice", found="under `parameters` (line 5) and under `define`", mend="rename one of them"),
    case("actor_named_like_parameter", "  south:\n", "  cap:\n", "the name 'cap' is used twice", mend="rename one of them"),
    case("reserved_name", "  gain: {value: 0.1,", "  turn: {value: 3}\n  gain: {value: 0.1,", "'turn' cannot be a name: this word has a meaning", mend="choose another name"),
    case("name_with_dash", "  incident:", "  nuclear-test:", "'nuclear-test' cannot be a name", allowed="lower_case_with_underscores", mend="write nuclear_test"),
    case("effect_on_unknown_variable", "          tension: gain", "          tensions: gain", "'tensions' is not a state variable", allowed="tension, stock", mend="did you mean 'tension'?"),
    case("effect_on_parameter", "          tension: gain", "          gain: 0.1", "'gain' is a parameter and does not change by effects", mend="declare it under `state` instead"),
    case("effect_on_definition", "          tension: gain", "          threat: gain", "'threat' is a definition", mend="change what it is computed from"),
    case("perception_of_parameter", "      tension: {bias: 0.05,", "      cap: {bias: 0.05,", "'cap' is a parameter", mend="declare it under `state`"),
    case("expects_unknown_actor", "rate: 0.3}", "rate: 0.3, start: {suoth: {hold: 1}}}", "north cannot expect anything of 'suoth', which is no actor", allowed="south", mend="did you mean 'south'?"),
    case("expects_itself", "rate: 0.3}", "rate: 0.3, start: {north: {wait: 1}}}", "north cannot expect anything of 'north', which is itself", mend="remove it: an actor knows its own plans"),
    case("expects_unknown_policy", "rate: 0.3}", "rate: 0.3, start: {south: {hodl: 1}}}", "south has no policy 'hodl'", allowed="hold, offer[0]", mend="did you mean 'hold'?"),
    case("mixture_of_unknown_policy", "{hold: 0.5,", "{hodl: 0.5,", "south has no policy 'hodl'", mend="did you mean 'hold'?"),
    case("numeric_policy_without_level", '"offer[0.5]": 0.5', "offer: 0.5", "south.offer is numeric: one of its levels must be named", allowed="offer[0.25]", mend='write for example "offer[0]"'),
    case("before_with_actor_in_front", "    utility: -threat", "    utility: -threat\n    before: north.wait", "north has no policy 'north.wait'", mend="write wait: the actor is clear here"),
    case("two_policies_of_a_phase_before", "    utility: -threat", "    utility: -threat\n    before: [wait, push]", "two policies of north in one phase: wait, push", mend="name one policy per phase"),
    case("unknown_phase", "      hold: {phase: answer}", "      hold: {phase: anser}", "policy south.hold belongs to no phase of the turn", found="anser", allowed="opening, answer", mend="did you mean 'answer'?"),
    case("no_phase", "      hold: {phase: answer}", "      hold: {label: Hold}", "policy south.hold belongs to no phase of the turn", found="no `phase`", mend="add `phase: opening`"),
    case("phase_twice", "phases: [opening, answer]", "phases: [opening, answer, opening]", "the phase 'opening' is listed twice", mend="remove or rename one of them"),
]  # fmt: skip

STRUCTURE = [
    case("no_default_outcome", "  drift: {default: true}\n", "", "no outcome is the default", found="war, peace", allowed="exactly one outcome with `default: true`", mend="add for example `other: {default: true}`", at="outcomes:"),
    case("no_outcomes", "outcomes:\n  war: {when: tension >= cap, terminal: true}\n  peace: {when: tension < 0.1}\n  drift: {default: true}\n", "outcomes: {}\n", "no outcome is the default", found="no outcomes at all", mend="add for example"),
    case("two_default_outcomes", "  drift: {default: true}", "  drift: {default: true}\n  stall: {default: true}", "two default outcomes: drift, stall", mend="keep one of them"),
    case("default_with_condition", "drift: {default: true}", "drift: {default: true, when: tension > 0}", "the default outcome has no condition", mend="remove `when` and `terminal`, or `default`"),
    case("outcome_without_condition", "peace: {when: tension < 0.1}", "peace: {label: Peace}", "an outcome needs a condition", mend="add `when: ...`, or `default: true`"),
    case("two_sets_by_rules", "  fade: {effects: {tension: -0.1 * tension}}", "  fade: {effects: {tension: {set: 0.1}}}\n  rise: {effects: {tension: {set: 0.2}}}", "two rules set 'tension' every turn: 'fade' and 'rise'", mend="join them, or give them conditions", at="rise:"),
    case("two_sets_by_rule_and_policy", "          stock: level", "          stock: {set: level}", "south.offer sets 'stock', which the rule 'fixed' sets every turn", mend="give the rule a `when`", at="stock: {set"),
    case("set_and_add_in_one_effect", "          tension: gain", "          tension: {set: 0.5, add: 0.1}", "an effect is a change or a value to be set", found="both `add` and `set`", mend="{set: formula}"),
    case("no_utility", "    utility: -threat\n", "", "north decides by `logit` but has no utility", mend="add `utility: ...`", at="  north:"),
    case("calendar_entry_without_change", "add: {tension: -0.1}}", "label: talks}", "this calendar entry changes nothing", mend="give it `add: {variable: change}`"),
    case("calendar_adds_and_sets", "add: {tension: -0.1}}", "add: {tension: -0.1}, set: {tension: 0}}", "'tension' is both set and added to", mend="keep one of them, or write two entries"),
    case("calendar_names_twice", "calendar:\n", "calendar:\n  - {name: summit, on: 1, add: {stock: 1}}\n", "two calendar entries have the name 'summit'", mend="rename one of them", at="name: summit, on: 2025Q4"),
    case("calendar_date_twice", "on: 2025Q4", "on: [2025Q4, 1]", "1 is listed twice", mend="remove one of them"),
    case("calendar_before_start", "on: 2025Q4", "on: 2025Q2", "2025Q2 lies before the first turn", allowed="2025Q3 to 2027Q2", mend="choose a turn of the episode"),
    case("calendar_on_unknown_variable", "add: {tension: -0.1}}", "add: {tenson: -0.1}}", "'tenson' is not a state variable", mend="did you mean 'tension'?"),
    case("date_of_another_form", "on: 2025Q4", "on: 2025-10", "'2025-10' is not a date for turns of a quarter", allowed="dates such as 2026Q1", mend="write 2025Q4"),
    case("date_of_a_day", "on: 2025Q4", "on: 2025-10-03", "'2025-10-03' is not a date for turns of a quarter", mend="write 2025Q4"),
    case("date_the_wrong_way_round", "on: 2025Q4", "on: Q4 2025", "'Q4 2025' is not a date", mend="write 2025Q4"),
    case("date_in_braces", "on: 2025Q4", "on: {quarter: 4}", "expected a turn number or a date", found="a mapping with quarter", mend="or a date such as 2026Q1"),
    case("start_of_another_form", "start: 2025Q3", "start: 2025-07", "'2025-07' is not a date for turns of a quarter", mend="write 2025Q3"),
    case("start_without_dates", "step: quarter", "step: round", "turns of a round have no dates", mend="leave `start` out, or use another step"),
    case("script_starts_late", MIXTURE, "rule: script\n      script: {1: hold}", "south's script does not say what to do from the first turn on", allowed="0, or 2025Q3", mend="let the first entry be turn 0", at="script: {1"),
    case("script_out_of_order", MIXTURE, "rule: script\n      script: {0: hold, 2026Q1: hold, 1: hold}", "not in order of time", found="1", allowed="turns after 2", mend="sort them", at="script: {0"),
    case("script_with_bad_date", MIXTURE, "rule: script\n      script: {start: hold}", "'start' is not a date", allowed="whole numbers from 0", mend="write it as 2026Q1, or a turn number", at="script: {start"),
    case("script_empty", MIXTURE, "rule: script\n      script: {}", "actors.south.decision.script: too few entries", mend="add or remove entries", at="script: {}"),
    case("doctrine_without_else", MIXTURE, "rule: doctrine\n      doctrine: [{when: tension > 0.5, then: hold}]", "must end with one `else`", mend="add `- {else: policy}` as the last line", at="doctrine: ["),
    case("doctrine_with_half_a_line", MIXTURE, "rule: doctrine\n      doctrine: [{when: tension > 0.5}, {else: hold}]", "a doctrine's line is", found="when", mend="give both `when` and `then`", at="doctrine: ["),
    case("doctrine_uses_own_phase", MIXTURE, "rule: doctrine\n      doctrine: [{when: south.offer > 0, then: hold}, {else: hold}]", "`when` uses 'south.offer', which is not known before phase 'answer'", mend="use last.south.offer", at="doctrine: ["),
    case("metric_without_aggregate", "peak: max(tension)", "peak: tension", "metric 'peak' asks nothing of the episode", allowed="first(condition)", mend="write for example final(tension)"),
    case("metric_mixes_turn_and_episode", "peak: max(tension)", "peak: max(tension) - tension", "'tension' cannot be used in a metric outside max()", mend="wrap it, for example final(x)"),
    case("metric_nested", "peak: max(tension)", "peak: max(mean(tension))", "mean() over the episode stands inside another one", mend="max(x) - min(x)"),
    case("metric_at_before_start", "peak: max(tension)", "peak: at(-1, tension)", "at() asks for turn -1", mend="the first turn is 0"),
]  # fmt: skip

FORMULAS = [
    formula("attribute_access", "(tension + stock).__class__", "names with underscores in front are not allowed", mend="use the scenario's own names"),
    formula("attribute_of_a_sum", "(tension + stock).real", "a dot or bracket may only follow a name", mend="write actor.policy"),
    formula("call_of_unknown_function", "tension + stock + hash(3)", "unknown function 'hash'", found="hash(3)", allowed="min, max, clip", mend="use one of these"),
    formula("misspelt_function", "tension + stock + sqroot(3)", "unknown function 'sqroot'", mend="did you mean 'sqrt'?"),
    formula("function_of_python", "tension + round(stock)", "unknown function 'round'", mend="write floor(x + 0.5)"),
    formula("import", "__import__(1) + tension + stock", "unknown function '__import__'", mend="use one of these"),
    formula("call_of_method", "tension.exp(stock)", "only the language's own functions can be called", mend="write * to multiply a parenthesis"),
    formula("call_of_number", "2(tension + stock)", "only the language's own functions can be called", mend="write * to multiply a parenthesis"),
    formula("metric_function_in_formula", "tension + mean(stock)", "unknown function 'mean'", mend="functions over the whole episode stand only in `metrics`"),
    formula("subscript_with_name", "tension + south.offer[stock]", "only a numeric policy's level may stand in brackets", allowed="seoul.demand[0.5]", mend="write the level as a number"),
    formula("lambda", "'(lambda x: x)(tension + stock)'", "only the language's own functions can be called", mend="write * to multiply"),
    formula("bare_lambda", "'lambda: tension + stock'", "a lambda is not allowed in a formula", mend="name it under `define`"),
    formula("list_comprehension", "'[tension for stock in stock]'", "a comprehension is not allowed", mend="write the terms out"),
    formula("list", "'[tension, stock]'", "a list is not allowed", mend="write one number or formula"),
    formula("tuple", "tension, stock", "a tuple is not allowed", mend="write one number or formula"),
    formula("text_in_formula", "tension + stock + 'war'", "a quotation mark stands in the formula", mend="names are written without quotes"),
    formula("walrus", "'(x := tension) + stock'", "`:=` is not part of the language", mend="name the quantity under `define`"),
    formula("huge_power", "tension ** 1000 + stock", "the power 1000 is too large", allowed="-64 to 64", mend="write exp(n * log(x))"),
    formula("tower_of_powers", "tension + stock + 2 ** 9 ** 9", "the power 3.8742e+08 is too large", mend="rescale"),
    formula("overflow_of_numbers", "10 ** 60 * 10 ** 60 * 10 ** 60 * 10 ** 60 * 10 ** 60 * 10 ** 60", "the value of this formula is infinite", mend="a power too large"),
    formula("division_by_zero", "1 / (2 - 2)", "the value of this formula is infinite", allowed="finite numbers", mend="a division by zero"),
    formula("undefined_value", "log(-1)", "the value of this formula is undefined", mend="correct the numbers"),
    formula("deep_parentheses", "(" * 60 + "tension + stock" + ")" * 60, "the formula is nested 60 levels deep; at most 50", mend="name parts of it under `define`"),
    formula("long_chain", "stock + " + " + ".join(["tension"] * 300), "chains more than 200 operations", mend="name parts of it under `define`"),
    formula("chain_of_nots", "not " * 900 + "tension + stock", "nested too deeply", mend="name parts of it under `define`"),
    formula("too_long", "stock + " + " + ".join(["tension"] * 600), "at most 4,000 are allowed", mend="name parts of it under `define`"),
    formula("chains_in_chains", "1 < (" * 40 + "tension + stock" + ") < 2" * 40, "too many comparisons are chained inside each other", mend="join single comparisons by `and`"),
    formula("wrong_arity", "clip(tension, stock)", "clip() takes 3 arguments, not 2", found="clip(tension, stock)", allowed="clip(x, low, high)", mend="write clip(x, low, high)"),
    formula("one_argument_for_max", "max(tension) + stock", "max() takes 2 or more arguments, not 1", mend="over the whole episode stands only in `metrics`"),
    formula("log_with_base", "log(tension, 10) + stock", "log() takes 1 argument, not 2", mend="write log(x) / log(base)"),
    formula("named_argument", "clip(tension + stock, low=0, high=1)", "arguments have no names in formulas", mend="clip(x, 0, 1)"),
    formula("starred_arguments", "min(*tension, *stock)", "`*` is not allowed", mend="write the arguments out"),
    formula("double_starred_arguments", "min(**tension, **stock)", "arguments have no names in formulas", mend="values in order"),
    formula("thousands_separator", "1,000 + tension + stock", "a comma stands inside a number", mend="write 1000"),
    formula("decimal_comma", "0,5 * tension + stock", "a comma stands inside a number", mend="write a point before the decimals"),
    formula("thousands_separator_in_function", "min(1,000, tension) + stock", "a comma stands inside a number", mend="write numbers without separators"),
    case("per_cent", "value: 0.1", "value: 5%", "a per cent sign stands in the formula", found="5%", mend="divide by 100: write 0.05 for 5%"),
    case("unit_behind_number", "value: 0.1", "value: 5km", "letters follow the number 5", mend="give the unit under `unit`"),
    case("unit_behind_number_and_blank", "value: 0.1", "value: 28.5 thousand troops", "'thousand troops' follows a number", mend="give the unit under `unit`"),
    case("currency", "value: 0.1", "value: $500", "`$` is not part of the language", mend="the currency is its `unit`"),
    formula("times_left_out", "2tension + stock", "letters follow the number 2", mend="to multiply, write 2 * tension"),
    formula("single_equals", "(tension = 1) + stock", "a single `=` is not part of the language", mend="write `==` to compare"),
    formula("double_ampersand", "tension && stock", "`&&` is not part of the language", mend="write `and`"),
    formula("double_bar", "tension || stock", "`||` is not part of the language", mend="write `or`"),
    formula("exclamation", "stock + (!tension)", "`!` is not part of the language", mend="write `not x`"),
    formula("caret", "tension ^ 2 + stock", "`^` is not part of the language", mend="x ** 2"),
    formula("tilde", "'~tension + stock'", "`~` is not part of the language", mend="write `not x`"),
    formula("if_else", "tension if stock > 1 else 0", "`if` is not part of the language", mend="write where(condition, a, b)"),
    formula("question_mark", "'stock > 1 ? tension : 0'", "`?` is not part of the language", mend="write where(condition, a, b)"),
    formula("remainder", "tension % 2 + stock", "`%` is not part of the language", mend="write a - b * floor(a / b)"),
    formula("floor_division", "tension // 2 + stock", "`//` is not part of the language", mend="write floor(a / b)"),
    formula("less_or_equal_turned", "tension =< stock", "`=<` is not part of the language", mend="write `<=`"),
    formula("capital_and", "tension AND stock", "`AND` is not part of the language", mend="in lower case"),
    formula("true_in_formula", "tension + stock + true", "`true` is not a name in formulas", mend="write 1 or 0"),
    formula("membership", "tension in stock", "this comparison is not part of the language", allowed="< <= > >= == !=", mend="compare numbers"),
    formula("increment", "tension += stock", "`+=` is not part of the language", mend="write only what is added"),
    formula("date_in_formula", "tension + stock * (turn == 2026Q1)", "a date stands in the formula: 2026Q1", mend="compare `turn`, `year`, `quarter`"),
    formula("curly_quotes", "“tension + stock”", "the sign “ (left double quotation mark) cannot stand in a formula", mend="without quotes"),
    formula("typographic_minus", "tension − stock", "the sign − (minus sign)", mend="write - for minus"),
    formula("mathematical_sign", "tension ≤ stock", "the sign ≤", mend="write <="),
    formula("open_parenthesis", "(tension + stock", "a parenthesis is never closed", mend="add `)`"),
    formula("closing_parenthesis", "tension + stock)", "a `)` closes nothing", mend="remove it"),
    formula("operator_at_the_end", "tension + stock +", "ends with an operator", mend="write what follows it"),
    formula("two_operators", "tension * / stock", "two operators follow each other", mend="between them"),
    formula("two_names", "tension stock", "two values follow each other without an operator", mend="between them"),
    case("formula_of_blanks", "cost: 0.1", 'cost: "  "', "expected a number or a formula", mend="write a number, or a formula"),
]  # fmt: skip
YAML = [
    case("tab", "    value: 1\n", "\tvalue: 1\n", "a tab stands where spaces are needed", found="value: 1", mend="indent with spaces"),
    case("duplicate_policy", "      push:\n", "      wait: {phase: opening}\n      push:\n", "the key 'wait' stands twice in one mapping", found="first on line 18", mend="rename or remove one of them"),
    case("merge_key", "  cap:\n    value: 1\n", "  cap:\n    <<: {value: 1}\n", "merge keys (`<<`) are not part of the scenario language", mend="write the keys out", at="<<:"),
    case("unknown_alias", "cost: 0.1", "cost: *price", "*price repeats a value that is named nowhere", mend="name it above with &price"),
    case("alias_of_itself", "    utility: -threat", "    utility: &it {a: *it}", "nested more than 30 levels deep", mend="must not stand inside what it names"),
    case("tag", "cost: 0.1", "cost: !!python/name:os.system x", "the YAML tag '!!python/name:os.system' is not allowed", mend="without tags"),
    case("exclamation_as_tag", "available: tension < 0.9", "available: !ready", "the YAML tag '!ready' is not allowed", mend="write `not x` for !x"),
    case("tagged_mapping", "tension: {bias: 0.05, noise: 0.1}", "tension: !!set {bias, noise}", "the YAML tag '!!set' is not allowed", mend="without tags"),
    case("comma_in_braces", "{tension: -0.1 * tension}", "{tension: max(0, -0.1 * tension)}", "a comma ends the value, also within a formula's parentheses", found="max(0", mend='put the formula in quotes, as in {tension: "max(0, x)"}'),
    case("comma_in_brackets", "bounds: [0, cap]", "bounds: [0, max(1, cap)]", "a comma ends the value", found="max(1", mend="put the formula in quotes"),
    case("no_space_after_colon", "{bias: 0.05, noise: 0.1}", "{bias:0.05, noise: 0.1}", "no space after the colon in 'bias:0.05'", mend="write `bias: 0.05`"),
    case("no_space_after_colon_in_block", "cost: 0.1", "cost:0.1", "is not valid YAML", mend="put a colon and a space after the key"),
    case("unclosed_quote", "title: A small rivalry", 'title: "A small rivalry', "a quotation mark that was opened here is closed nowhere", mend="close it with the same sign"),
    case("unclosed_bracket", "bounds: [0, cap]}", "bounds: [0, cap}", "] or a comma is missing", mend="close every bracket and brace"),
    case("spare_brace", "bounds: [0, cap]}", "bounds: [0, cap]}}", "} closes nothing", mend="remove it"),
    case("bracket_in_braces", '"offer[0.5]": 0.5', "offer[0.5]: 0.5", "a [ stands inside a plain value between braces", mend="put the value in quotes"),
    case("minus_and_blank", "    utility: -threat", "    utility: - threat", "a value starts with '- ', which begins a list entry", mend="write the minus next to its number or name"),
    case("condition_that_starts_with_a_sign", "available: tension < 0.9", "available: > 0.9", "a value starts with > or |", mend="in quotes"),
    case("percent_in_front", "value: 1\n", "value: %5\n", "a value starts with %", mend="put the value in quotes"),
    case("colon_in_text", "title: A small rivalry", "title: Rivalry: a small one", "a colon stands where no new key can begin", mend="put a text that holds ': ' in quotes"),
    case("indentation", "    value: 1\n    distribution", "    value: 1\n   distribution", "does not fit the lines above", mend="begin in the same column"),
    case("second_document", "state:\n", "---\nstate:\n", "`---` begins a second document", mend="keep one scenario in a file"),
    case("list_as_key", "  gain: {value", "  [gain]: {value", "a key must be a plain name", mend="put a text that holds them in quotes"),
    case("zero_byte", "title: A small", "title: A\0small", "the unprintable sign U+0000", mend="plain printable text"),
    case("unknown_escape", "title: A small rivalry", r'title: "A \small rivalry"', "a backslash has a meaning of its own", mend="use '...'"),
    case("bad_alias_of_actor", "define:\n", "define: &d\n  more: *d\n", "nested more than 30 levels deep", mend="flatten the structure", at="define:"),
]  # fmt: skip

CASES = [*REASONING, *KEYS, *VALUES, *NAMES, *STRUCTURE, *FORMULAS, *YAML]

# Cases that need a second edit, so that the mistake is the only one.
ALSO = {
    "available_uses_it_through_define": ("define:\n", "define:\n  hidden: south.hold\n"),
    "noise_uses_a_choice_through_define": ("define:\n", "define:\n  hidden: south.hold\n"),
    "parameters_in_a_circle": ("  cap:\n", "  loss: gain * 2\n  cap:\n"),
    "two_sets_by_rule_and_policy": (
        "effects:\n  fade",
        "effects:\n  fixed: {effects: {stock: {set: 1}}}\n  fade",
    ),
}
LEAKS = ("Traceback", "Input should", "pydantic", "<class", "NoneType", "Error(", "object at", "ctx", "{'")


def problems_of(text: str, file: str = "rivalry.yaml") -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        wargame.loads(text, file=file)
    return caught.value.problems


def test_the_base_is_fine() -> None:
    assert wargame.loads(BASE).warnings == ()


def test_there_are_enough_kinds_and_no_two_of_a_name() -> None:
    names = [one.name for one in CASES]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_bad_scenario(one: Case) -> None:
    old, new = ALSO.get(one.name, ("", ""))
    text, line = one.text, one.line
    if old:
        assert text.count(old) == 1
        before = text[: text.index(old)].count("\n")
        added = new.count("\n") - old.count("\n")
        text, line = text.replace(old, new), line + (added if line > before + 1 else 0)
    problems = problems_of(text)
    shown = "\n".join(map(str, problems))
    at_line = [problem for problem in problems if problem.line == line]
    assert at_line, f"expected a problem on line {line}:\n{shown}"
    problem = at_line[0]
    assert one.says in problem.message, shown
    assert one.found in problem.found, shown
    assert one.allowed in problem.allowed, shown
    assert one.mend in problem.remedy, shown
    assert str(problem).startswith(f"rivalry.yaml:{line}: "), shown
    assert f"\n  mend:    {problem.remedy}" in str(problem)
    assert len(problems) == one.problems, shown
    assert not any(leak in shown for leak in LEAKS), shown
    assert all(found.remedy and found.line for found in problems), shown


# ---- several mistakes -------------------------------------------------------------------------------------------------


def test_all_problems_are_reported_in_the_order_of_the_file() -> None:
    text = BASE
    for old, new in [
        ("peak: max(tension)", "peak: max(tensoin)"),
        ("cost: 0.1", "cost: 0.1 *"),
        ("horizon: 8", "horizon: 8, begin: 3"),
        ("bounds: [0, cap]", "bounds: [1, 0]"),
        ("{hold: 0.5,", "{hodl: 0.5,"),
        ("terminal: true", "terminal: yes"),
    ]:
        text = text.replace(old, new)
    problems = problems_of(text)
    lines = [problem.line for problem in problems]
    rows = text.splitlines()
    assert lines == sorted(lines)
    marks = ["begin: 3", "bounds: [1, 0]", "cost: 0.1 *", "hodl", "terminal: yes", "tensoin"]
    assert [next(mark for mark in marks if mark in rows[line - 1]) for line in lines] == marks


def test_a_misspelt_declaration_is_one_problem_and_names_the_other_lines() -> None:
    text = BASE.replace("tension: {initial", "tensoin: {initial")
    (problem,) = problems_of(text)
    assert problem.message.startswith("define.threat: unknown name 'tension' (also on lines 21, 24, ")
    assert problem.remedy == "did you mean 'tensoin'?"


def test_a_part_that_cannot_be_read_is_not_missed_elsewhere() -> None:
    """`tension` is used all over; that it could not be read is said once."""
    (problem,) = problems_of(BASE.replace("initial: 0.3, bounds", "initial: [0.3], bounds"))
    assert "state.tension.initial: expected a number" in problem.message


def test_duplicate_keys_are_all_reported() -> None:
    text = BASE.replace("      hold: {phase: answer}\n", "      hold: {phase: answer}\n" * 3)
    assert [problem.found for problem in problems_of(text)] == ["first on line 34"] * 2


def test_many_problems_are_cut_short_in_print_and_kept_in_full() -> None:
    state = "".join(f"  v{i}: {{initial: nowhere{i}, bounds: [0, 1]}}\n" for i in range(30))
    with pytest.raises(ScenarioError) as caught:
        wargame.loads(BASE.replace("state:\n", "state:\n" + state))
    assert len(caught.value.problems) == 30
    assert str(caught.value).endswith("... and 10 more problems; mend these first")


# ---- whole files ------------------------------------------------------------------------------------------------------


def file_problem(path: Path) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        wargame.load(path)
    (problem,) = caught.value.problems
    assert problem.remedy
    assert problem.file == str(path)
    return problem


def test_a_file_of_a_million_lines_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("x: 1\n" * 1_000_000, "utf-8")
    problem = file_problem(path)
    assert problem.line == 20_001
    assert "too large for a scenario: at most 20,000 lines" in problem.message
    assert "1,000,000 lines" in problem.found
    assert "keep data tables outside" in problem.remedy


def test_a_text_of_a_million_lines_is_refused_as_well() -> None:
    (problem,) = problems_of("x: 1\n" * 1_000_000)
    assert "too large for a scenario" in problem.message


def test_a_file_with_one_huge_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text("x: " + "1" * 2_000_000, "utf-8")
    assert "at most 20,000 lines and 1,000,000 bytes" in file_problem(path).message


def test_aliases_that_explode_are_refused() -> None:
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    (problem,) = problems_of("\n".join(rows))
    assert "more than 100,000 values once aliases (*name) are expanded" in problem.message
    assert problem.line
    assert "write the values out" in problem.remedy


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(opening: str) -> None:
    (problem,) = problems_of(
        "name: deep\nx: \n  " + opening * 400 + "1" + {"[": "]", "{a: ": "}"}.get(opening, "") * 400
    )
    assert "nested" in problem.message
    assert problem.remedy


def test_an_empty_file_a_list_and_a_bare_text_are_no_scenarios() -> None:
    (problem,) = problems_of("# nothing yet\n")
    assert "is empty" in problem.message
    (problem,) = problems_of("- name: x\n")
    assert problem.found == "a list"
    (problem,) = problems_of("name:x")
    assert "with a space after each colon" in problem.remedy


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"name: x\ntitle: caf\xe9\n")
    problem = file_problem(path)
    assert (problem.line, problem.message, problem.found) == (2, "is not UTF-8 text", "the byte 0xe9")
    path.write_bytes("name: x\n".encode("utf-16"))
    assert "UTF-16" in file_problem(path).message


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    problem = file_problem(tmp_path)
    assert "is a folder" in problem.message
    assert "name a .yaml file inside it" in problem.remedy


def test_a_missing_file_suggests_what_there_is() -> None:
    with pytest.raises(ScenarioError) as caught:
        wargame.load("korea-2052")
    (problem,) = caught.value.problems
    assert "there is no such file or scenario" in problem.message
    assert "did you mean 'korea-2025'?" in problem.remedy


def test_text_given_for_a_path() -> None:
    with pytest.raises(ScenarioError, match=r"use wargame\.loads"):
        wargame.load(BASE)


def test_windows_line_ends_and_byte_order_marks_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert wargame.load(path).name == "rivalry"
    assert wargame.loads("\ufeff" + BASE).name == "rivalry"
    path.write_bytes(BASE.replace("cost: 0.1", "cost: 0.1 *").replace("\n", "\r\n").encode())
    assert file_problem(path).line == 22


def test_anchors_and_aliases_are_fine() -> None:
    text = BASE.replace("cost: 0.1", "cost: &price 0.1 + 0 * gain").replace("bias: 0.05", "bias: *price")
    assert wargame.loads(text).actors["north"].perception["tension"].bias.text == "0.1 + 0 * gain"


# ---- warnings: can be played, but hardly meant --------------------------------------------------------------------------

WARNINGS = {
    "parameter_unused": ("  cap:\n", "  spare: 3\n  cap:\n", "parameter 'spare' is used by no formula"),
    "state_unchanged": ("define:\n", "  still: {initial: 1, bounds: [0, 2]}\ndefine:\n  more: still + threat\n", "state variable 'still' is changed by nothing"),
    "state_unread": ("fade: {effects: {", "fade: {effects: {mute: 1, ", "state variable 'mute' is read by no formula"),
    "define_unused": ("define:\n", "define:\n  idle: tension\n", "the definition 'idle' is used by no formula"),
    "phase_without_members": ("[opening, answer]", "[opening, answer, epilogue]", "nobody has a policy in phase 'epilogue'"),
    "nature_without_effect": ("nature:\n", "nature:\n  weather: {draw: {bernoulli: 0.5}}\n", "nature's 'weather' has no effects and is read by no formula"),
    "cooldown_of_once": ("draw: {bernoulli: 0.1 * tension}", "draw: {bernoulli: 0.1}\n    once: true\n    cooldown: 3", "fires once, so `cooldown` has no effect"),
    "calendar_after_the_end": ("on: 2025Q4", "on: 2035Q4", "2035Q4 is turn 41, after the last one (7): it has no effect"),
    "script_after_the_end": (MIXTURE, "rule: script\n      script:\n        0: hold\n        2035Q4: hold", "2035Q4 is after the last turn (7)"),
    "mixture_does_not_add_up": ("{hold: 0.5,", "{hold: 0.6,", "these add up to 1.1 and are scaled to 1"),
    "mean_above_max": ("draw: {bernoulli: 0.1 * tension}", "draw: {poisson: {mean: 9, max: 3}}", "the mean 9 lies above `max` (3)"),
    "perception_without_looking": (MIXTURE, "rule: uniform\n    perception: {tension: {bias: 0.1}}", "without looking, so its perception has no effect"),
    "utility_at_the_mean": ("    utility: -threat", "    utility: -threat * (tension > 0.5)", "compares a quantity that is uncertain while planning"),
}  # fmt: skip
MUTE = ("define:\n", "  mute: {initial: 0, bounds: [0, 9]}\ndefine:\n")


@pytest.mark.parametrize("name", WARNINGS)
def test_warning(name: str) -> None:
    old, new, says = WARNINGS[name]
    text = BASE.replace(*MUTE) if name == "state_unread" else BASE
    assert text.count(old) == 1
    text = text.replace(old, new)
    if name == "state_unchanged":
        text = text.replace("    utility: -threat", "    utility: -more")
    warnings = wargame.loads(text, file="rivalry.yaml").warnings
    fitting = [warning for warning in warnings if says in warning]
    assert len(fitting) == 1, warnings
    line = int(re.match(r"rivalry\.yaml:(\d+): ", fitting[0])[1])
    assert line > 1
    assert len(warnings) == 1, warnings


def test_the_scenarios_that_come_with_the_package_give_no_warnings() -> None:
    for name in wargame.available_scenarios():
        assert wargame.load(name).warnings == (), name
