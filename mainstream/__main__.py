"""`python -m mainstream`, and the command `mainstream`."""


def main() -> None:
    """Imports the commands and runs one; Ctrl-C is 130 from the first moment on."""
    try:
        from mainstream.kit.commands.main import main as command
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    command()


if __name__ == "__main__":
    main()
