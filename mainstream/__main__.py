"""`python -m mainstream`."""

from mainstream.cli import main

if __name__ == "__main__":
    main()
