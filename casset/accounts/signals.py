"""What the apps above may want to know of a person. They connect in their ``apps.py``."""

from django.dispatch import Signal

# ``user``: inside the transaction that deletes the person, while all rows are still there. What
# stands outside the database is to be asked for in it (``casset.work``) or removed on commit.
person_leaving = Signal()

# ``user``: asked before the person is deleted; each receiver returns sentences that say what of its
# own goes with them, and what stays.
what_goes = Signal()
