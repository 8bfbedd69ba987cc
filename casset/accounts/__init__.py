"""People: accounts signed in by e-mail address, and the API tokens they hold.

May import ``casset.web`` and below; knows nothing of jobs.
"""
