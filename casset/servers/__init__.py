"""The servers Casset starts for itself where none is named: PostgreSQL and Redis, and the supervisor that runs everything.

Plain Python: knows processes, sockets and folders; no Django. May import ``casset.lib``.
"""
