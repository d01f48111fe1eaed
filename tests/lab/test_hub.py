"""The hub: the newest frame and no other, worked out once, handed on in order and not too often."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from byhand.lab.broadcast import INTERVAL, Hub, Viewer


def during(work: Callable[[Hub], Awaitable[None]]) -> None:
    """Run some work while a hub runs."""

    async def both() -> None:
        hub = Hub()
        running = asyncio.create_task(hub.run())
        await asyncio.sleep(0)
        await work(hub)
        running.cancel()

    asyncio.run(asyncio.wait_for(both(), 20))


async def taken(viewer: Viewer) -> Any:
    return json.loads(await viewer.take())


def test_who_comes_late_gets_the_newest() -> None:
    async def work(hub: Hub) -> None:
        for number in range(5):
            hub.publish({"n": number})
        assert await taken(hub.join()) == {"n": 4}

    during(work)


def test_before_there_is_a_frame_viewers_wait() -> None:
    async def work(hub: Hub) -> None:
        viewer = hub.join()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(viewer.take(), 3 * INTERVAL)
        hub.publish({"n": 1})
        assert await taken(viewer) == {"n": 1}

    during(work)


def test_who_is_slow_misses_frames_and_has_no_queue() -> None:
    async def work(hub: Hub) -> None:
        slow, quick = hub.join(), hub.join()
        for number in range(4):
            hub.publish({"n": number})
            assert await taken(quick) == {"n": number}
        assert await taken(slow) == {"n": 3}
        assert slow.is_served

    during(work)


def test_at_most_twenty_a_second_and_the_last_one_always() -> None:
    async def work(hub: Hub) -> None:
        viewer = hub.join()
        seen: list[Any] = []
        times: list[float] = []

        async def look() -> None:
            while not seen or seen[-1] < 499:
                seen.append((await taken(viewer))["n"])
                times.append(time.monotonic())

        looking = asyncio.create_task(look())
        for number in range(500):
            hub.publish({"n": number})
            await asyncio.sleep(0.001)
        await looking
        assert seen == sorted(set(seen))
        assert len(seen) <= 20 * (times[-1] - times[0]) + 2
        assert all(later - earlier > INTERVAL / 4 for earlier, later in pairwise(times))

    during(work)


def test_a_frame_becomes_text_once_however_many_look_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    dumps = json.dumps
    monkeypatch.setattr(
        "byhand.lab.broadcast.json.dumps", lambda frame, **how: made.append(frame) or dumps(frame, **how)
    )

    async def work(hub: Hub) -> None:
        viewers = [hub.join() for _ in range(50)]
        hub.publish({"n": 1})
        texts = [await viewer.take() for viewer in viewers] + [await hub.join().take()]
        assert all(text is texts[0] for text in texts)
        assert made == [{"n": 1}]

    during(work)


def test_where_nobody_looks_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byhand.lab.broadcast.json.dumps", None)

    async def work(hub: Hub) -> None:
        viewer = hub.join()
        hub.leave(viewer)
        for number in range(3):
            hub.publish({"n": number})
            await asyncio.sleep(2 * INTERVAL)
        assert hub.n_viewers == 0

    during(work)


def test_publishing_is_no_work_for_the_one_who_trains() -> None:
    hub = Hub()
    large = {"weights": [0.5] * 1_000_000}
    started = time.perf_counter()
    for _ in range(1000):
        hub.publish(large)
    assert time.perf_counter() - started < 30  # as text each would take 0.1 s and more


def test_publishing_after_the_end_does_no_harm() -> None:
    hubs = []

    async def work(hub: Hub) -> None:
        hubs.append(hub)

    during(work)
    hubs[0].publish({"n": 1})
    hubs[0].publish({"n": 2})


def test_flushing_waits_until_all_have_taken() -> None:
    async def work(hub: Hub) -> None:
        viewer = hub.join()
        hub.publish({"n": 1})
        flushing = asyncio.create_task(hub.flush())
        await asyncio.sleep(2 * INTERVAL)
        assert not flushing.done()
        await viewer.take()
        await asyncio.wait_for(flushing, 60)

    during(work)


def test_what_json_has_no_word_for_is_no_frame() -> None:
    async def work(hub: Hub) -> None:
        hub.publish({"loss": float("nan")})
        with pytest.raises(ValueError, match="JSON"):
            hub.join()

    during(work)
