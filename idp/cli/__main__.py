"""`python -m idp.cli` is `manyou`."""

from idp.cli.main import main

main()
