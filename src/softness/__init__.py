"""Local structure and dynamics of supercooled liquids: simulation, learning, energy barriers."""
