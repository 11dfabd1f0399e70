"""The data dictionary: read, resolved against the physical tables, narrowed to one principal, checked and locked.

Promises: a dictionary is loaded whole or not at all, every fault with its file, line and remedy; a catalog never
changes; what a principal may not see is absent from theirs, from lists, errors and suggestions alike.
Read first: `dictionary.py` (documents), then `catalog.py` (members).
May import: verity.contracts, verity.exceptions, pydantic, jsonschema-rs, PyYAML. No SQL parser, no engine.

    dictionary = load_dictionary(project / "dictionary")
    catalog = build_catalog(dictionary, engine.schema()).narrowed(principal, "deny")
    catalog.metric("revenue").member  # 'orders.revenue'
"""
