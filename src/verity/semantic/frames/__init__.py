"""Frames: what a query reads beside its plain groups, each compiled by the same rules over other dimensions or times.

A frame is one reading of the leaves under one `Variant`: some periods earlier, reaching back, or over fewer dimensions.
Read first: `plan.py` (which frames a query needs), then `layers.py` (how they become one statement).
May import: what `verity.semantic` may.

    plan_frames(work)    # before the scans are formed
    write_frames(work)   # after they are written
    combine_frames(work)
"""
