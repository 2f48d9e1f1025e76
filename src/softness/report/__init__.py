"""Claims scored against their source, and the page that shows them."""
