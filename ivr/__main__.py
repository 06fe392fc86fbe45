"""The `dutyline` command (see `ivr.cli`)."""

import sys

QUICK = ("simulate", "prove", "diff")
"""The commands of `ivr.cli.quick`, which are run without building all the others."""
SERVE = ["serve"]
"""The service, while callers wait for it: not a line is read of what it does not need."""


def main() -> None:
    """The entry point."""
    if sys.argv[1:] == SERVE:
        # what is imported stays: the collector would go through it again and again, for a tenth of the start
        import gc

        gc.disable()
        from ivr.cli.serving import run_service
        from ivr.cli.shared import ending_well, read_settings

        with ending_well():
            run_service(read_settings())
    elif sys.argv[1:2] and sys.argv[1] in QUICK:
        from ivr.cli.quick import run_quick
        from ivr.cli.shared import ending_well

        with ending_well():
            run_quick(sys.argv[1], sys.argv[2:])
    else:
        from ivr.cli.main import main as run

        run()


if __name__ == "__main__":
    main()
