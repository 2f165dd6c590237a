"""Of a batch the longest wait for the COMMIT is told, of each delta its own until now."""

import time

from server.commits.commit_times import commit_times


def test_a_batch_is_told_once_and_each_delta_of_it() -> None:
    commits: list[float] = []
    acks: list[float] = []
    now = time.monotonic()
    commit_times(commits.append, acks.append)({"one": [now - 3.0], "other": [now - 1.0]}, now - 0.5)
    assert commits == [2.5]
    assert [int(ack) for ack in acks] == [3, 1]
