"""Every number of the design as a command: `python -m benchmarks [NAME]`.

Each benchmark prints a figure with its minimum, median and maximum, beside the baseline measured in the same run, and
the target. Machines differ: read ratios. `--save` writes the result under benchmarks/results/.
"""
