"""A cluster of one's own: every part ends and begins again, and all of it is gone in the end."""

import signal
from pathlib import Path

import psutil
import pytest

from machine.local_cluster import ClusterOptions, LocalCluster
from prime_client.client import Client

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


async def test_every_part_can_end_and_begin_again(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    async with LocalCluster(tmp_path / "data", ClusterOptions(nodes=2)) as cluster:
        url, servers = cluster.url, cluster.servers
        addresses = [node.url for node in cluster.nodes]
        async with Client(url, device="desk") as client:
            await client.register("ada@example.org", "ada", "a long password")
        await cluster.kill()
        assert [node.is_running for node in cluster.nodes] == [False, True]
        assert await cluster.nodes[1].leave() == 0
        await cluster.start()
        assert cluster.victims == ["node-1"]
        assert [node.url for node in cluster.nodes] == addresses
        for number in (signal.SIGINT, signal.SIGQUIT):
            await cluster.postgres.end(number)
            assert not cluster.postgres.is_running
            await cluster.start_postgres()
        await cluster.valkey.end(signal.SIGKILL)
        await cluster.start_valkey()
        assert (cluster.url, cluster.servers) == (url, servers)
        for address in (*addresses, url):
            async with Client(address, device="desk") as client:
                user = await client.login("ada@example.org", "a long password")
                assert user["username"] == "ada"
    assert set(psutil.Process().children(recursive=True)) == before


async def test_a_frozen_node_is_passed_over_and_goes_on_when_let_go(tmp_path: Path) -> None:
    async with LocalCluster(tmp_path / "data", ClusterOptions(nodes=2)) as cluster:
        cluster.nodes[0].freeze()
        for _ in range(2):
            async with Client(cluster.url, device="desk") as client:
                assert client.is_connected
        cluster.nodes[0].thaw()
        async with Client(cluster.nodes[0].url, device="desk") as client:
            assert client.is_connected
