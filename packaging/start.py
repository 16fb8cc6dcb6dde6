"""Where the frozen program starts."""

import sys

from restorer.__main__ import main

sys.exit(main())
