"""Analysis: tables in, tables out. Nothing here plays an episode.

`intervals` puts intervals on counts; `outcomes` asks how episodes end, and with what that goes together;
`incidence` asks when they end, and when something first happens; `trajectories` follows the state over time;
`policies`, `spells` and `responses` follow what was played; `milestones` and `paths` ask in which order things
happened; `payoffs` asks who got what; `clustered` has intervals for turns, which come in episodes; `knockouts`,
`distance` and `regret` ask whether mechanisms and strategies matter.
"""
