"""The first that the process loads which workers are forked from: nothing that it loads is garbage.

To look for that all the same would take a fifth of the time; the workers themselves look for it again.
"""

import gc

gc.disable()
