"""One module per figure, and the style of the whole study."""
