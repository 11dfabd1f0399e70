"""The one governed path to rows: authorise, compile, guard, execute, type, record.

Promises: every row that anybody sees came through `service.QueryService` under a principal's policy; there is no
default principal; a result says when it is cut.
Read first: `service.py`; then `results.py` (what a cell may be) and `where_reader.py` (conditions as text).
May import: `verity.semantic`, `verity.warehouse`, `verity.data`, `verity.contracts`, `verity.exceptions`, pyarrow.

    service = QueryService(engine, load_dictionary, QuerySettings())
    result = service.run(MetricQuery(metrics=("revenue",)), principal)
    print(result.table.rows, result.sql)
"""
