"""Archives: the tables behind all figures and the report, to be checked and redrawn anywhere."""
