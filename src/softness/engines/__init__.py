"""Molecular dynamics behind one protocol; the only place that imports an MD package."""
