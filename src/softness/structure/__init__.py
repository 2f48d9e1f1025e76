"""Local structure around particles: arrays in, arrays out."""
