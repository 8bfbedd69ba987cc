"""Beat trackers of others, each behind one function ``beats(sound) -> (times, numbers)``.

None is imported unless it is asked for; each raises ``MissingCapability`` when it is not installed.
"""
