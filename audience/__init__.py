"""The fan's side: what people who follow a link see, hear and do.

Owns the page of a hook at ``/t/<track>``, an artist's page at ``/<handle>``, the feed of hooks, the
embed, what other sites show of a link (Open Graph, oEmbed, preview film and card), and the parts
that make it an app on a phone. It reads tracks and visuals and never writes to them. May import
``visuals`` and below; it and ``pipeline`` do not know each other.
"""
