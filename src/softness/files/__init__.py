"""Files, one concern each: atomic writes, trajectories, tables, provenance."""
