"""What is played: the scenario language, from YAML text to a checked Scenario. No simulation."""
