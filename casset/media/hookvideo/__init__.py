"""The hook export: a song's hook over its visual, as a film to post; and the Canvas cut."""
