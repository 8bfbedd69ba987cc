"""What the apps above may want to know of a track. They connect in their ``apps.py``."""

from django.dispatch import Signal

# ``track``: inside the transaction that deletes it, while its rows are still there. What stands
# outside the database is to be removed on commit.
track_deleted = Signal()
