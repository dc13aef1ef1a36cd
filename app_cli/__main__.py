"""``python -m app_cli``."""

import sys

from app_cli import main

sys.exit(main())
