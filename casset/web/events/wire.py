"""Events as bytes of a stream, and the ids by which a browser says where it left off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

OPENING = b"retry: 2000\n"
HEARTBEAT = b":\n\n"


class Block:
    """An event as it is sent, made once and shared by all streams."""

    __slots__ = ("alone", "rest", "seq")

    def __init__(self, seq: int, type_: str, data: bytes) -> None:
        self.seq = seq
        self.rest = b"event: %b\ndata: %b\n\n" % (type_.encode(), data)
        self.alone = b"id: %d\n%b" % (seq, self.rest)


def heard(message: bytes) -> tuple[str, int, Block | None] | None:
    """What the bell said: channel, number, and the event if it was carried; None for nonsense."""
    head, newline, data = message.partition(b"\n")
    try:
        channel, seq, type_ = head.decode("ascii").split(" ")
        number = int(seq)
    except ValueError:
        return None
    return channel, number, Block(number, type_, data) if newline else None


def id_of(cursors: Mapping[str, int]) -> bytes:
    """The id that stands for having received everything up to ``cursors``.

    A plain number on one channel, ``job-1:5,job-2:7`` on several.
    """
    if len(cursors) == 1:
        return b"%d" % next(iter(cursors.values()))
    return ",".join(f"{name}:{seq}" for name, seq in cursors.items()).encode()


def cursors_of(last_id: str, channels: Sequence[str]) -> dict[str, int]:
    """The numbers a browser has seen, for those of ``channels`` that ``last_id`` speaks of."""
    if len(channels) == 1 and _is_number(last_id):
        return {channels[0]: int(last_id)}
    pairs = (part.rpartition(":") for part in last_id.split(","))
    return {name: int(seq) for name, _, seq in pairs if name in channels and _is_number(seq)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def joined(blocks: Iterable[tuple[str, Block]], cursors: dict[str, int]) -> bytes:
    """The blocks as one piece of a stream; moves ``cursors`` past them."""
    pieces: list[bytes] = []
    if len(cursors) == 1:
        for name, block in blocks:
            cursors[name] = block.seq
            pieces.append(block.alone)
    else:
        for name, block in blocks:
            cursors[name] = block.seq
            pieces += (b"id: ", id_of(cursors), b"\n", block.rest)
    return b"".join(pieces)
