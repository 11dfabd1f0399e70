"""Turn bronze into silver and gold with the project's dbt models, and publish all of it or nothing.

Promises: a build either publishes a whole new version or leaves the old one answering; dbt writes nothing outside
`.verity/build` and the private build target, and speaks to no network. Read first: `build.py`, then `dbt_runner.py`.
May import: contracts, exceptions, config and warehouse; dbt only inside functions of `dbt_runner.py`.

    from verity.transform.build import build

    verdict = build(project, engine, select=None)
    verdict.status, verdict.data_version
"""
