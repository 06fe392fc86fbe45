"""The `dutyline` command (see `ivr.cli`)."""

from ivr.cli.main import main

if __name__ == "__main__":
    main()
