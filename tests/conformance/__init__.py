"""One suite, every implementation: what each engine, store and door must do alike."""
