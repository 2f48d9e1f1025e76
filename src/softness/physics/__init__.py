"""Versions of the physics of simulations, and the code that they stand for."""
