"""The same questions asked of other semantic layers, each installed apart. `python -m benchmarks peers`; see README.md."""
