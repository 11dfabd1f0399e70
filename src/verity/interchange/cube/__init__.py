"""Cube: cubes and views in YAML, read and written."""
