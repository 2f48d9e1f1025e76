"""Simulation protocols, written once against the engine protocol."""
