"""The table of endpoints: which of our methods calls each, and what answers and tests it."""
