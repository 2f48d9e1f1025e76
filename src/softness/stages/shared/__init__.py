"""What several stages have in common beside the library: reading tables, putting them together."""
