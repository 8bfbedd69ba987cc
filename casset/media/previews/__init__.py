"""What a link shows in somebody else's chat or feed: a card (JPEG) and a short film (MP4). No Django."""
