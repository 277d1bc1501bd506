"""The metadata store: what was made, by what, from what, down to the row."""
