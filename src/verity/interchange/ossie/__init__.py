"""Apache Ossie (formerly OSI): documents, read and written."""
