"""Scout, the sample project: a Philippine retail chain with three years of sales, known dirt and known events.

Promises: the same seed gives the same rows on any thread count and platform; what is wrong in the data, and what the
right totals are, is written down exactly in `ScoutTruth`; money never passes through a float on its way to a file.
Read first: `verity.samples.project`, then `generator`. May import: contracts, exceptions, numpy and pyarrow (both
only in modules that are reached lazily); numpy comes with the extra `samples`.

    from verity.samples.project import write_project

    truth = write_project(Path("shop"), scale=1, seed=20251220)
    truth.quarantined["amount_not_positive"].rows
"""
