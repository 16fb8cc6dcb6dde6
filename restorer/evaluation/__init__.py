"""Measuring: metrics, classical baselines, suites and reports, every figure beside the classical method's."""
