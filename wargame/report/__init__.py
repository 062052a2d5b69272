"""What people read of a scenario, a run or an experiment.

`story` tells one episode, `overview` says what a scenario plays, `odd` describes it by the ODD protocol and `code`
shows what is executed; `analyses` answers the questions of `wargame analyse`, and `html` writes a run or an experiment
as one page. `page` and `wording` hold what all of them share: text and tables, numbers and labels as people read them.
"""
