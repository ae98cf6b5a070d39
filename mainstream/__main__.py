"""`python -m mainstream`."""

from mainstream.kit.commands.main import main

if __name__ == "__main__":
    main()
