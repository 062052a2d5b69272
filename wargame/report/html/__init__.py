"""The report: one self-contained page that carries a run or an experiment to people who have neither."""
