"""One thin command per rule: read files, call the library, write files."""
