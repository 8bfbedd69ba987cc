"""Shared Django parts: live events, stored files, limits on what comes in, errors, health, look."""
