"""Analysis: tables in, tables out. Nothing here plays an episode.

`intervals` puts intervals on counts; `outcomes` asks how episodes end, and with what that goes together;
`trajectories` follows the state over time; `policies` follows what was played; `knockouts`, `distance` and `regret`
ask whether mechanisms and strategies matter.
"""
