"""`python -I -m lacuna.cli`: how editors start Lacuna, out of reach of the folder they start it in."""

import sys

from lacuna.cli import interrupts

interrupts.end_at_once()  # what follows takes a while to import

from lacuna.cli.main import main  # noqa: E402

sys.exit(main())
