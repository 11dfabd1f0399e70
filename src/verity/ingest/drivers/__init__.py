"""One file for each kind of database that can be a source.

Promises: read-only, rows as Arrow batches of bounded size, vendor errors translated, no password in any message.
Read first: `sqlite.py`, the shortest; `../database.py` has the protocol.
May import: its own vendor (inside the file), pyarrow, `verity.ingest.database`, contracts, exceptions.

    from verity.ingest.databases import open_database

    database = open_database("sqlite:///shop.db", base=Path.cwd())
    rows = database.read("orders").read_all()
"""
