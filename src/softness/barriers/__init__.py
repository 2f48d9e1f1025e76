"""Energy barriers, onset and their uncertainty: arrays in, arrays out."""
