"""`python -m wargame` is the same as `wargame`."""

from wargame.cli import main

if __name__ == "__main__":
    main()
