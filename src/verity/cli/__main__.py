"""`python -m verity.cli` is `verity`."""

from verity.cli.main import main

if __name__ == "__main__":
    main()
