"""One module a migration, oldest first; released ones never change. Read first: `v0001_record.py`."""
