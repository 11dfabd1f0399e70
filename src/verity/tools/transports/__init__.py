"""How a tool's call reaches the code that does it.

Promises: each module holds one `Transport` (`verity.core.ports`); the executor bounds, validates and records around
it and does not know which one ran.
Read first: `local.py`.
May import: `verity.core`, contracts, exceptions.

    transport = LocalTransport([resolve_semantics, run_table_query])
    for definition in transport.definitions:
        registry.register(definition)
"""
