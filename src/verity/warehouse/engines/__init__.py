"""The engines, one package each; all keep the promises of `warehouse/engine.py` and pass the same conformance suite.

Read first: duckdb/engine.py. May import: what `verity.warehouse` may; a vendor only inside its own engine.

    from verity.warehouse.registry import open_engine
    engine = open_engine(settings.warehouse, project)
    engine.state().data_version
"""
