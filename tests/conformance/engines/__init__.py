"""The laws of `verity.warehouse.engine`, held against every engine in `stands.STANDS`."""
