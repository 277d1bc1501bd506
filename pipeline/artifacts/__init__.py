"""The nouns of a pipeline: frozen values, one file each, legal once built."""
