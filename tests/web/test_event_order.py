"""Out of order, twice, missing: what a channel makes of what it hears and what it reads."""

from __future__ import annotations

import pytest

from casset.web.events.hub import Channel
from casset.web.events.identity import Credential
from casset.web.events.rows import Reading
from casset.web.events.streams import Stream
from casset.web.events.wire import Block


@pytest.fixture
def channel() -> Channel:
    return Channel("test-1", 3)


def stream_on(channel: Channel, seen: int) -> Stream:
    stream = Stream(Credential("session", "x"), 1, {channel.name: seen})
    channel.streams.add(stream)
    return stream


def block(seq: int) -> Block:
    return Block(seq, "progress", b"{}")


def sent(stream: Stream) -> list[int]:
    lines = stream.take().decode().splitlines()
    return [int(line.removeprefix("id: ")) for line in lines if line.startswith("id: ")]


def reading(head: int, *seqs: int, is_whole: bool = True) -> Reading:
    return Reading(head, [block(seq) for seq in seqs], is_whole)


def test_events_that_overtook_each_other_are_put_in_order(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    assert channel.hear(5, block(5)) is False
    assert sent(stream) == []
    assert channel.hear(4, block(4)) is True
    assert sent(stream) == [4, 5]


def test_an_event_heard_again_is_not_sent_again(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    for seq in (3, 4, 4, 2):
        assert channel.hear(seq, block(seq))
    channel.learn(reading(4, 4), asked_after=3)
    assert sent(stream) == [4]


def test_a_stream_ahead_of_its_channel_gets_only_what_is_new_to_it(channel: Channel) -> None:
    ahead = stream_on(channel, 5)
    for seq in (4, 5, 6):
        channel.hear(seq, block(seq))
    assert sent(ahead) == [6]


def test_a_gap_is_filled_from_the_rows(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    channel.hear(6, block(6))
    assert channel.learn(reading(6, 4, 5, 6), asked_after=3)
    assert sent(stream) == [4, 5, 6]


def test_what_was_heard_after_the_rows_were_read_follows_them(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    channel.hear(6, block(6))
    assert channel.learn(reading(5, 4, 5), asked_after=3)
    assert sent(stream) == [4, 5, 6]


def test_numbers_whose_rows_were_removed_are_not_waited_for(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    channel.hear(9, block(9))
    assert channel.learn(reading(9, 8, 9), asked_after=3)
    assert sent(stream) == [8, 9]
    assert channel.learn(reading(12), asked_after=9)
    assert channel.hear(13, block(13))
    assert sent(stream) == [13]


def test_a_first_page_of_rows_asks_for_the_next(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    assert channel.learn(reading(9, 4, 5, is_whole=False), asked_after=3) is False
    assert (channel.last, sent(stream)) == (5, [4, 5])


def test_rows_read_before_an_event_was_heard_do_not_set_the_channel_back(
    channel: Channel,
) -> None:
    stream = stream_on(channel, 3)
    channel.hear(4, block(4))
    assert channel.learn(reading(3), asked_after=3)
    assert (channel.last, stream.is_behind, sent(stream)) == (4, False, [4])


def test_a_channel_that_began_again_sends_its_streams_back_to_the_rows(channel: Channel) -> None:
    stream = stream_on(channel, 3)
    channel.learn(reading(1), asked_after=3)
    assert (channel.last, stream.cursors, stream.is_behind) == (1, {"test-1": 0}, True)
