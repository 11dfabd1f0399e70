"""The actions: everything that does something is a tool, with a version, schemas and a checkpoint.

Promises: a tool is deterministic or declared not to be, holds no state, and is called only by core's executor.
Read first: `base.py` (what an author needs), then `run_table_query.py`.
May import: the packages whose verbs it wraps, contracts, exceptions. `base.py` imports contracts alone.

    from verity.tools.base import define, tool

    @tool(define("reverse", "1.0", takes=TextIn, gives=TextOut))
    def reverse(args, context): ...
"""
