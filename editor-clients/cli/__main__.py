"""`python -I -m lacuna.cli`: how editors start Lacuna, out of reach of the folder they start it in."""

import sys

from lacuna.cli.main import main

sys.exit(main())
