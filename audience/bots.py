"""Programs that say who they are: crawlers, link previews, monitors, driven browsers."""

from __future__ import annotations

import re

# Words crawlers and HTTP libraries put into their name. Checked against those of Facebook, X,
# WhatsApp, Telegram, Discord, Slack, Apple, Google, Bing and of the usual libraries. Cubot makes phones.
_NAMES = re.compile(
    r"(?<!cu)bot\b|bot[/;_-]|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|whatsapp|"
    r"discord|slack|telegram|embedly|lighthouse|pagespeed|pingdom|uptime|monitor|headless|phantom|"
    r"selenium|puppeteer|playwright|curl|wget|python|httpx|aiohttp|okhttp|axios|node-fetch|undici|"
    r"go-http|java/|libwww|ruby|perl|php|scrapy|validator|archive|fetch",
    re.IGNORECASE,
)
_LEAST_CHARS = 20  # no browser's name is shorter


def is_bot(user_agent: str) -> bool:
    """Whether a browser's name is that of a program, or none at all."""
    return len(user_agent) < _LEAST_CHARS or _NAMES.search(user_agent) is not None
