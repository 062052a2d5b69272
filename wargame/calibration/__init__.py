"""Calibration: numbers of a scenario fitted to published series by simulated moments, and forecasts put to the test."""
