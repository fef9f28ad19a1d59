"""`python -m webapp <command>`."""

from webapp.cli import main

main()
