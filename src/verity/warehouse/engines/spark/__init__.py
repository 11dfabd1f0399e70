"""Spark: an engine that answers queries on exported Parquet, in this process (`local[2]`) or on a standalone master.

    .verity/spark/current.json             which version answers
                  versions/<version>/      the Parquet files and their manifest; every worker must see this folder
                  work/                    a move that has not ended, or never did

Read first: engine.py. May import: what `verity.warehouse` may; PySpark, here only. It needs Java 17.

    engine = SparkEngine(project, settings)          # settings.url = spark://host:7077, or None for local[*]
    engine.read("select count(*) from gold.orders where status = :p1", ["paid"]).table
    engine.close()
"""
