"""What the user is told: how latency is summed up, why nothing was shown, and how often it is sent."""

import asyncio

import pytest

from lacuna.infill.request import Reason, Timings
from lacuna.lsp_server.notifier import Notifier, newest
from lacuna.lsp_server.status import WHY, Latencies, Latency, Outcomes, Parts, Status, Why

PATIENCE = 10  # seconds until a test gives up; none waits that long when all is well


def timings(total):
    return Timings(parse=total / 10, encode=total / 5, steps=(total / 10, total / 5), total=total)


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([100], Latency(100, 100, Parts(10, 20, 30))),
        ([100, 200], Latency(150, 200, Parts(15, 30, 45))),
        (range(10, 1001, 10), Latency(505, 950, Parts(50.5, 101, 151.5))),
        (range(10, 2001, 10), Latency(1505, 1950, Parts(150.5, 301, 451.5))),
    ],
    ids=["one", "two", "a hundred", "the last hundred"],
)
def test_latency_is_of_the_last_hundred_answers(totals, expected):
    latencies = Latencies()
    for total in totals:
        latencies.add(timings(total))
    assert latencies.summary() == expected


def test_before_the_first_answer_there_is_no_latency():
    assert Latencies().summary() is None


def test_every_reason_of_an_answer_has_its_word():
    assert set(WHY) == set(Reason)


def test_a_late_request_says_nothing_about_a_newer_one():
    outcomes = Outcomes()
    older, newer = outcomes.begin(), outcomes.begin()
    outcomes.showed_nothing(newer, Why.NO_PARSE, "no parse.")
    outcomes.showed(older)
    outcomes.showed_nothing(older, Why.CANCELLED, "The editor took the request back.")
    assert (outcomes.why, outcomes.message) == (Why.NO_PARSE, "no parse.")
    outcomes.showed(newer)
    assert (outcomes.why, outcomes.message) == (None, None)


class Told:
    """A notifier with what it sent and when."""

    def __init__(self):
        self.now = self.status("0")
        self.sent = []
        self.second = asyncio.Event()
        self.notifier = Notifier(lambda: self.now, self._send, 0.1)

    @staticmethod
    def status(message):
        return Status("ready", None, None, None, 0, None, None, message)

    def _send(self, status):
        self.sent.append((asyncio.get_running_loop().time(), status.message))
        if len(self.sent) == 2:
            self.second.set()

    def turn(self, message):
        self.now = self.status(message)
        self.notifier.changed()

    def messages(self):
        return [message for _, message in self.sent]


async def test_changes_in_quick_succession_are_sent_as_one():
    told = Told()
    told.notifier.start()
    for n in range(1, 1000):
        told.turn(str(n))
    assert told.messages() == ["0"]
    await asyncio.wait_for(told.second.wait(), PATIENCE)
    assert told.messages() == ["0", "999"]
    (first, _), (second, _) = told.sent
    assert second - first >= 0.09


async def test_what_changed_back_is_not_sent():
    told = Told()
    told.notifier.start()
    told.turn("1")
    told.turn("0")
    await asyncio.sleep(0.15)  # the time of one rest; nothing else ends it
    assert told.messages() == ["0"]
    told.turn("2")
    assert told.messages() == ["0", "2"]


async def test_nothing_is_sent_before_the_start_and_after_the_end():
    told = Told()
    told.turn("1")
    assert told.sent == []
    told.notifier.start()
    told.turn("2")
    told.notifier.stop()
    await asyncio.sleep(0.15)
    told.turn("3")
    assert told.messages() == ["1"]


async def test_of_what_comes_from_another_thread_the_newest_is_sent():
    sent, last = [], asyncio.Event()

    def send(number):
        sent.append(number)
        if number == 999:
            last.set()

    with newest(send, 0.05) as put:
        await asyncio.to_thread(lambda: [put(number) for number in range(1000)])
        await asyncio.wait_for(last.wait(), PATIENCE)
    assert sent == sorted(sent)
    assert len(sent) < 500
    put(1000)
    await asyncio.sleep(0)
    assert sent[-1] == 999
