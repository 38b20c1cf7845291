"""The nouns of the service, one a file, over the base in ``resource``."""
