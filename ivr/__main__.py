"""The `dutyline` command (see `ivr.cli`)."""

import sys

QUICK = ("simulate", "prove", "diff")
"""The commands of `ivr.cli.quick`, which are run without building all the others."""


def main() -> None:
    """The entry point."""
    if sys.argv[1:2] and sys.argv[1] in QUICK:
        from ivr.cli.quick import run_quick
        from ivr.cli.shared import ending_well

        with ending_well():
            run_quick(sys.argv[1], sys.argv[2:])
    else:
        from ivr.cli.main import main as run

        run()


if __name__ == "__main__":
    main()
