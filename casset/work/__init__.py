"""Work that is done outside of a request: claimed from rows under a lease, by whichever worker is free.

An app says in its ``apps.py`` what it can do (``kinds.does("visuals.ingest", …)``) and asks for it
with ``asking.ask("visuals.ingest", visual.pk)``, inside the transaction that makes it necessary. The
rows are the truth: any process may be killed at any moment and the work is still done, once.

The pipeline keeps rows of its own (stages, clips) and lends its search for work to the same
messages (``sources``). Imports only ``casset.web`` and below.
"""
