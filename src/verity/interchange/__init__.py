"""Models of other tools, read into the dictionary and written from it: Cube, dbt MetricFlow, LookML, Apache Ossie.

Promises: an import is whole or nothing; every field of what was read is imported, approximated or lost, and the report
names each that is not imported exactly, with its place, the reason and what to do. An export comes back as it was.
Read first: `importing.py`, then `ledger.py` (how fields are counted).
May import: data, semantic, contracts and exceptions; sqlglot reads the SQL of other tools here, lkml their LookML.

    imported = import_model("cube", Path("cubes"))
    print(imported.report.text())
    write_tables(imported, Path("shop/dictionary"))
"""
