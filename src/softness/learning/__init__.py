"""Classifiers and regressors from structure to dynamics: arrays in, arrays out."""
