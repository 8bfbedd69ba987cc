"""Plain Python that every room may use: errors and hashing. Imports only the standard library."""
