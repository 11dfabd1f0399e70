"""LookML: views and explores, read."""
