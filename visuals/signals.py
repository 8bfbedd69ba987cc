"""What the apps above may want to know of a track's visuals. They connect in their ``apps.py``."""

from django.dispatch import Signal

# ``export``, ``user``: a finished hook video was fetched to be kept. May be sent again for the same one.
exported = Signal()

# ``visual``: inside the transaction that makes it its track's active one; not where it was already.
used = Signal()
