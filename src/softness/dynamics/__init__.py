"""Dynamics of trajectories: arrays in, arrays out."""
