"""ClickHouse in this process (chDB): an engine that answers queries on tables moved to it, and builds nothing.

    .verity/clickhouse/process.lock            who has it: chDB belongs to one process
                       current.json            which version answers
                       versions/<version>/     chDB's own folder, made of one export, and the export's manifest
                       work/                   a move that has not ended, or never did

Read first: engine.py, then receive.py. May import: what `verity.warehouse` may; chDB, here only.

    engine = ClickHouseEngine(project, settings)
    engine.read("select count(*) from gold.orders where status = {p1: String}", ["paid"]).table
    engine.close()
"""
