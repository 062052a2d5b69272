"""What is played: the scenario language, from YAML text to a checked Scenario. No simulation.

A file goes this way: `loading` finds it, `source` reads it with the line of every value, `shape` checks its keys and
values against the format (`schema`), `declare` notes the names it gives (`names`), `parsing` makes trees of its
formulas (`formula`), and `build` makes the `scenario.Scenario` of it all, with `builder` and a module `build_*` for
each part. Whatever is wrong on the way becomes a `Problem` with line and remedy (`errors`). `planning_warnings` and
`usage` say what can be played but hardly was meant; `evidence` counts what the numbers rest on; `display` and `latex`
show scenarios in notebooks.
"""
