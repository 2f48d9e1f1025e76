"""Local structure and dynamics of supercooled liquids: simulation, learning, energy barriers."""

__version__ = "0.1.0"
